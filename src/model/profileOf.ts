/** Which profile a backend has: the one it names, else what its address tells. */
import type { Backend } from '../protocol/events.ts';
import type { Profile } from './profile.ts';
import { CUSTOM, PROFILES } from './profiles.ts';

/** The profile that a backend names, else the one its address tells. */
export function profileOf(backend: Pick<Backend, 'profile' | 'baseUrl'>): Profile {
  const named = [...PROFILES, CUSTOM].find(p => p.id === backend.profile);
  return named ?? profileFor(backend.baseUrl);
}

/** A guess from the address alone: the host's name, or an engine's usual port on this machine; else `custom`. */
export function profileFor(baseUrl: string): Profile {
  const url = URL.parse(baseUrl);
  if (!url) return CUSTOM;
  const host = url.hostname.toLowerCase();
  const byHost = PROFILES.find(p => p.hosts.some(h => host === h || host.endsWith(`.${h}`)));
  if (byHost) return byHost;
  return (isLoopback(host) && PROFILES.find(p => p.ports.includes(Number(url.port)))) || CUSTOM;
}

/** Of this machine: localhost, 127.x.x.x, ::1, *.localhost (RFC 6761). */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$|\.localhost$/i.test(hostname);
}
