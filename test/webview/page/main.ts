import './vscode-default.css';
import './shim.ts';
import '../../../src/webview/main.tsx';
