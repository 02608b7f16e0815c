import * as vscode from 'vscode';
import { estimateInWords, estimateVerify } from '../../model/verify/estimate.ts';
import { type Report, summaryOf } from '../../model/verify/report.ts';
import type { Backend } from '../../protocol/events.ts';
import type { App } from '../app.ts';
import { originOf } from '../baseUrl.ts';
import { inform, unlinked } from '../notices.ts';
import { COPY_REPORT, verifyBody } from '../pages/verifyPage.ts';
import type { Command } from './commands.ts';

let last: Report | undefined;

/** Asks first, as it costs tokens; then probes, and shows the report in an editor tab. */
export const verifyBackend: Command = {
  title: 'Verify Backend',
  async run(app) {
    if (!vscode.workspace.isTrusted) return void inform('Trust this folder first; nothing is sent before.');
    const { served } = await app.engine();
    const backend = await served(app.settings().backend);
    if (!(await agreed(backend))) return;
    const report = await withProgress(app, backend);
    last = report;
    app.panels.show({
      id: 'verify',
      title: 'Backend Verification',
      body: verifyBody(report),
      commands: [COPY_REPORT],
    });
    app.log.info(`Verified a backend (profile ${backend.profile}): ${summaryOf(report)}`);
  },
};

export const copyVerifyReport: Command = {
  title: 'Copy the report',
  async run() {
    if (!last) return;
    await vscode.env.clipboard.writeText(JSON.stringify(last, null, 2));
    void vscode.window.setStatusBarMessage('$(check) The report is in the clipboard.', 3000);
  },
};

async function agreed(backend: Backend): Promise<boolean> {
  const verify = 'Verify';
  const where = backend.standIn ? 'the stand-in' : originOf(backend.baseUrl);
  const answer = await vscode.window.showInformationMessage(
    `Verify ${backend.model} at ${where}?`,
    {
      modal: true,
      detail: `${estimateInWords(estimateVerify(backend))} It asks made-up questions; nothing of your workspace is sent. It can be cancelled at any time.`,
    },
    verify,
  );
  return answer === verify;
}

async function withProgress(app: App, backend: Backend): Promise<Report> {
  const { verify } = await app.engine();
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: unlinked(`Verifying ${backend.model}`),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort(new vscode.CancellationError()));
    return verify(backend, controller.signal, ({ title, of, detail, finding }) =>
      progress.report({
        message: detail ? `${title} (${detail})` : title,
        increment: finding ? 100 / of : 0,
      }),
    );
  });
}
