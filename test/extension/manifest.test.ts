import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { readSettings } from '../../src/extension/settings.ts';

vi.mock('vscode', () => ({}));
const { commands } = await import('../../src/extension/commands/commands.ts');

const root = path.resolve(import.meta.dirname, '../..');
const { contributes, icon } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
type Setting = { scope?: string; default?: unknown };
const settings = Object.entries<Setting>(contributes.configuration.properties);

describe('the manifest', () => {
  it('declares exactly the commands that there are', () => {
    const declared = contributes.commands.map((entry: { command: string }) => entry.command);
    expect(declared.sort()).toEqual(Object.keys(commands).sort());
  });
  it('shows in its menus only what it declares', () => {
    const shown = Object.values<{ command?: string; submenu?: string }[]>(contributes.menus).flat();
    const submenus = contributes.submenus.map((entry: { id: string }) => entry.id);
    for (const { command, submenu } of shown)
      expect(command ? Object.keys(commands) : submenus).toContain(command ?? submenu);
  });
  it('offers in Restricted Mode nothing that would be refused there', () => {
    const menus = contributes.menus as Record<string, { command?: string; when?: string }[]>;
    for (const [id, { needsTrust }] of Object.entries<{ needsTrust?: true }>(commands)) {
      if (!needsTrust) continue;
      const [palette] = menus.commandPalette!.filter(({ command }) => command === id);
      const shown = Object.values(menus).flatMap(menu => menu.filter(({ command }) => command === id));
      for (const entry of [palette, ...shown]) expect(entry?.when, id).toContain('isWorkspaceTrusted');
    }
  });
  it('lets no workspace set anything', () => {
    expect(settings.filter(([, setting]) => setting.scope !== 'application')).toEqual([]);
  });
  it('has the defaults that the reader has', () => {
    const profiles = { names: [], guess: () => 'custom' };
    const defaults = new Map(settings.map(([name, { default: value }]) => [name, value]));
    const declared = readSettings({ value: name => defaults.get(`ascent.${name}`), env: {}, profiles });
    expect(declared).toEqual(readSettings({ value: () => undefined, env: {}, profiles }));
    expect(declared.complaints).toEqual([]);
  });
  it('has a setting for everything the reader asks for, and none besides', () => {
    const asked = new Set<string>();
    const value = (name: string) => {
      asked.add(`ascent.${name}`);
      return name === 'backend.baseUrl' ? 'https://k2.example/v1' : undefined;
    };
    readSettings({ value, env: {}, profiles: { names: [], guess: () => 'custom' } });
    expect([...asked].sort()).toEqual(settings.map(([name]) => name).sort());
  });
  it('names pictures that are there', () => {
    const container = contributes.viewsContainers.activitybar[0];
    for (const file of [icon, container.icon])
      expect(readFileSync(path.join(root, file)).length).toBeGreaterThan(0);
  });
});
