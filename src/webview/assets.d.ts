/** Styles; the bundler gathers them into webview.css. */
declare module '*.css';
