const vscode = require('vscode');

exports.activate = () => vscode.commands.executeCommand('workbench.view.extension.ascent');
