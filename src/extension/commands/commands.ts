/** Every command of the manifest, by its id. */
import type { App } from '../app.ts';
import { addTests } from './addTests.ts';
import { approvalRules } from './approvalRules.ts';
import { continueInBackground } from './continueInBackground.ts';
import { explainSelection } from './explainSelection.ts';
import { explainWorkspace } from './explainWorkspace.ts';
import { exportSession } from './exportSession.ts';
import { fixFailingTests } from './fixFailingTests.ts';
import { fixProblem } from './fixProblem.ts';
import { fixSelection } from './fixSelection.ts';
import { importSession } from './importSession.ts';
import { newSession } from './newSession.ts';
import { openChat } from './openChat.ts';
import { replaySession } from './replaySession.ts';
import { restoreCheckpoint } from './restoreCheckpoint.ts';
import { reviewChanges } from './reviewChanges.ts';
import { selectBackend } from './selectBackend.ts';
import { setApiKey } from './setApiKey.ts';
import { showLog } from './showLog.ts';
import { showWireHealth } from './showWireHealth.ts';
import { stop } from './stop.ts';
import { summarise } from './summarise.ts';
import { copyVerifyReport, verifyBackend } from './verifyBackend.ts';

export interface Command {
  /** As an order; it begins the message when the command fails. */
  title: string;
  /** It loads what others may have written: refused in Restricted Mode. */
  needsTrust?: true;
  run(app: App, ...args: unknown[]): Promise<void> | void;
}

export const commands = {
  'ascent.newSession': newSession,
  'ascent.openChat': openChat,
  'ascent.stop': stop,
  'ascent.continueInBackground': continueInBackground,
  'ascent.summarise': summarise,
  'ascent.restoreCheckpoint': restoreCheckpoint,
  'ascent.approvalRules': approvalRules,
  'ascent.exportSession': exportSession,
  'ascent.importSession': importSession,
  'ascent.replaySession': replaySession,
  'ascent.setApiKey': setApiKey,
  'ascent.selectBackend': selectBackend,
  'ascent.verifyBackend': verifyBackend,
  'ascent.copyVerifyReport': copyVerifyReport,
  'ascent.showWireHealth': showWireHealth,
  'ascent.showLog': showLog,
  'ascent.fixFailingTests': fixFailingTests,
  'ascent.explainWorkspace': explainWorkspace,
  'ascent.reviewChanges': reviewChanges,
  'ascent.explainSelection': explainSelection,
  'ascent.fixSelection': fixSelection,
  'ascent.addTests': addTests,
  'ascent.fixProblem': fixProblem,
} satisfies Record<string, Command>;
export type CommandId = keyof typeof commands;
