/** Where `ascent.*` comes from inside VS Code: the person's own settings, never those of a workspace or a folder. */
import * as vscode from 'vscode';
import { profileFor } from '../model/profileOf.ts';
import { PROFILES } from '../model/profiles.ts';
import type { SettingsSource } from './settings.ts';

export function userSettings(): SettingsSource {
  const configuration = vscode.workspace.getConfiguration('ascent');
  return {
    value(name) {
      const found = configuration.inspect(name);
      return found?.globalValue ?? found?.defaultValue;
    },
    env: process.env,
    profiles: {
      names: [...PROFILES.map(profile => profile.id), 'custom'],
      guess: url => profileFor(url).id,
    },
  };
}
