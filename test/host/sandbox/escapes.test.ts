/**
 * Attempts to get out of the sandbox, or at what it hides, from inside. Each is a script that prints ESCAPED when it
 * got what it wanted; what only shows outside is looked at outside.
 */
import { spawn } from 'node:child_process';
import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Box, box, noSandbox } from './box.ts';

const why = await noSandbox();

interface Attempt {
  what: string;
  script: string | ((b: Box) => string);
  prepare?: (b: Box) => void | Promise<void>;
  /** What would show outside if it had worked. */
  escaped?: (b: Box) => boolean;
}

const then = (command: string) => `if ${command}; then echo ESCAPED; fi`;
/** What only a system call can try. */
const python = (code: string) => `python3 - <<'END' && echo ESCAPED\n${code}\nEND`;
const libc = 'import ctypes, os, sys\nlibc = ctypes.CDLL(None, use_errno=True)\n';
const unless = (call: string) => `${libc}sys.exit(0 if ${call} >= 0 else 1)`;

const readsSecret = (place: string) => then(`grep -q SECRET ${place} 2>/dev/null`);
const made = (name: string) => (b: Box) => existsSync(b.at(name));
const changed = (name: string, from: string) => (b: Box) => readFileSync(b.at(name), 'utf8') !== from;

const listen = (b: Box, place: string) =>
  new Promise<void>(resolve => {
    const server = net.createServer(socket => socket.end('ESCAPED'));
    b.finish(() => void server.close());
    server.listen(place, resolve);
  });
const connects = (place: string) =>
  `node -e 'const s = require("net").connect(${JSON.stringify(place)}); s.on("data", d => console.log(String(d))).on("error", () => {})'`;

const attempts: Attempt[] = [
  // Mounts and namespaces
  { what: 'mounting a file system', script: then('mount -t tmpfs none /mnt') },
  { what: 'making the root writable again', script: then('mount -o remount,rw /') },
  { what: 'lifting the cover of a secret', script: `${then('umount .env')}; ${readsSecret('.env')}` },
  { what: 'lifting the cover of /run', script: then('umount -l /run') },
  { what: 'moving a mount away', script: then('mount --move .git /mnt') },
  { what: 'binding the hidden home elsewhere', script: b => then(`mount --bind ${b.home}/.ssh /mnt`) },
  { what: 'a further user namespace', script: then('unshare -Ur true') },
  { what: 'a further mount namespace', script: then('unshare -m true') },
  { what: 'a user namespace by system call', script: python(unless('libc.unshare(0x10000000)')) },
  { what: 'pivot_root', script: python(unless('libc.syscall(155, b".", b".")')) },
  { what: 'chroot', script: python('import os\nos.chroot("/")') },
  { what: 'joining the namespaces of the first process', script: then('nsenter -t 1 -a true') },
  { what: 'a device file', script: then('mknod disk b 8 0 || mknod /tmp/disk b 8 0') },
  { what: 'opening a file by its handle', script: python(unless('libc.syscall(304, 3, b"\\0"*32, 0)')) },
  // Processes outside
  {
    what: 'killing a process outside',
    script: b => {
      const outside = spawn('sleep', ['60']);
      b.finish(() => void outside.kill());
      return then(`kill -0 ${outside.pid}`);
    },
  },
  { what: 'seeing a process outside', script: then(`[ -e /proc/${process.pid} ]`) },
  { what: 'tracing a process outside', script: python(unless(`libc.ptrace(16, ${process.pid}, 0, 0)`)) },
  {
    what: 'reading the environment of a process outside',
    script: then('grep -qs sk-environment-key /proc/[0-9]*/environ'),
  },
  { what: 'finding the key in its own environment', script: then('env | grep -q sk-environment-key') },
  {
    what: 'secrets through the root of a process',
    script: b => readsSecret(`/proc/*/root${b.home}/.ssh/id_rsa`),
  },
  {
    what: 'secrets through open files of a process',
    script: then('ls -l /proc/[0-9]*/fd 2>/dev/null | grep -v /output- | grep -q /state/'),
  },
  // The kernel
  {
    what: 'the program for core dumps',
    script: then('(echo "|/tmp/x" > /proc/sys/kernel/core_pattern) 2>/dev/null'),
  },
  { what: 'the program for modules', script: then('(echo /tmp/x > /proc/sys/kernel/modprobe) 2>/dev/null') },
  {
    what: 'a group of processes with a release agent',
    script: then('(mkdir /sys/fs/cgroup/x || mkdir /sys/fs/cgroup/*/x) 2>/dev/null'),
  },
  {
    what: 'the memory of the machine',
    script: then('head -c 1 /dev/mem || head -c 1 /proc/kcore || head -c 1 /dev/kmem'),
  },
  {
    what: 'the disks of the machine',
    script: then('ls /dev/sd* /dev/vd* /dev/nvme* /dev/mapper/* /dev/fuse 2>/dev/null | grep -q .'),
  },
  {
    what: 'loading a program into the kernel',
    script: python(unless('libc.syscall(321, 0, b"\\0"*64, 64)')),
  },
  {
    what: 'typing into the terminal',
    script: python('import fcntl, termios\nfcntl.ioctl(open("/dev/tty"), termios.TIOCSTI, b"x")'),
  },
  // Sockets
  { what: 'the network by address', script: then('timeout 3 bash -c "</dev/tcp/1.1.1.1/80" 2>/dev/null') },
  { what: 'the network by name', script: then('timeout 3 getent hosts example.com') },
  {
    what: 'a server of this machine',
    prepare: async b => {
      const server = net.createServer().listen(0, '127.0.0.1');
      b.finish(() => void server.close());
      await new Promise(resolve => server.once('listening', resolve));
      process.env.ESCAPE_PORT = String((server.address() as net.AddressInfo).port);
    },
    script: () => then(`timeout 3 bash -c "</dev/tcp/127.0.0.1/${process.env.ESCAPE_PORT}" 2>/dev/null`),
  },
  {
    what: 'an abstract socket',
    prepare: b => listen(b, `\0${b.directory}`),
    script: b => connects(`\\0${b.directory}`),
  },
  {
    what: 'a socket in /tmp',
    prepare: b => listen(b, `/tmp/${path.basename(b.directory)}.sock`),
    script: b => connects(`/tmp/${path.basename(b.directory)}.sock`),
  },
  {
    what: 'the daemons behind /run',
    script: then('ls /run /var/run | grep -Eq "docker|dbus|systemd|user|containerd"'),
  },
  {
    what: 'an agent named by the environment',
    script: then('[ -n "$SSH_AUTH_SOCK$DBUS_SESSION_BUS_ADDRESS$XDG_RUNTIME_DIR" ]'),
  },
  // Secrets
  { what: 'a .env file', script: readsSecret('.env') },
  { what: 'a .env file far below', script: readsSecret('a/b/c/d/e/.env.production') },
  {
    what: 'a .env file by a hard link made before',
    prepare: b => linkSync(b.at('a.txt'), b.at('b.txt')),
    script: `ln .env l 2>/dev/null; ${readsSecret('l')}`,
  },
  { what: 'a .env file by renaming', script: `mv .env x 2>/dev/null; ${readsSecret('x')}` },
  {
    what: 'a .env file by renaming its directory',
    script: `mv a moved; ${readsSecret('moved/b/c/d/e/.env.production')}`,
  },
  { what: 'a .env file by changing its mode', script: `chmod 644 .env 2>/dev/null; ${readsSecret('.env')}` },
  {
    what: 'a .env file by a link',
    prepare: b => symlinkSync('.env', b.at('link')),
    script: readsSecret('link'),
  },
  { what: 'keys of ssh', script: b => readsSecret(`${b.home}/.ssh/id_rsa`) },
  {
    what: 'tokens in the home directory',
    script: b => readsSecret(`${b.home}/.config/gh/hosts.yml ${b.home}/.netrc ${b.home}/.aws/credentials`),
  },
  { what: "the editor's secrets", script: b => readsSecret(`-r ${b.home}/.config/Code`) },
  { what: 'the records of another session', script: b => readsSecret(`-r ${b.state}`) },
  {
    what: 'writing into the records of another session',
    script: b => then(`(echo x >> ${b.state}/sessions/s2/log) 2>/dev/null`),
  },
  {
    what: 'its own recorded output',
    script: b => then(`(: > ${b.state}/sessions/s1/spool/output-1.txt) 2>/dev/null`),
  },
  // Ways out of the workspace
  {
    what: 'a link out of the workspace',
    script: b => `ln -s ${b.home}/.bashrc out; (echo x >> out) 2>/dev/null`,
    escaped: b => readFileSync(path.join(b.home, '.bashrc'), 'utf8') !== 'rc',
  },
  { what: 'a hard link out of the workspace', script: b => then(`ln ${b.home}/.bashrc here 2>/dev/null`) },
  {
    what: 'a start-up file of the shell',
    script: b => `(echo x >> ${b.home}/.bashrc; echo x > ${b.home}/.bash_login) 2>/dev/null`,
    escaped: b =>
      readFileSync(path.join(b.home, '.bashrc'), 'utf8') !== 'rc' ||
      existsSync(path.join(b.home, '.bash_login')),
  },
  {
    what: 'a library for all programs',
    script: then('(echo /tmp/evil.so > /etc/ld.so.preload) 2>/dev/null'),
  },
  {
    what: 'a program of the system',
    script: then('(cp /bin/true /usr/local/bin/git; touch /usr/bin/x) 2>/dev/null'),
  },
  { what: 'the program that guards it', script: then('(echo x > /usr/bin/bwrap) 2>/dev/null') },
  // Control files that are there
  {
    what: 'writing AGENTS.md',
    script: '(echo x >> AGENTS.md) 2>/dev/null',
    escaped: changed('AGENTS.md', 'rules'),
  },
  {
    what: 'AGENTS.md by renaming over it',
    script: 'echo x > n; mv -f n AGENTS.md 2>/dev/null',
    escaped: changed('AGENTS.md', 'rules'),
  },
  {
    what: 'AGENTS.md by deleting it first',
    script: 'rm -f AGENTS.md 2>/dev/null; (echo x > AGENTS.md) 2>/dev/null',
    escaped: changed('AGENTS.md', 'rules'),
  },
  {
    what: 'AGENTS.md by exchanging it',
    script: python(unless('libc.renameat2(-100, b"a.txt", -100, b"AGENTS.md", 2)')),
    escaped: changed('AGENTS.md', 'rules'),
  },
  {
    what: 'AGENTS.md through a hard link',
    script: 'ln AGENTS.md l 2>/dev/null && echo x >> l',
    escaped: changed('AGENTS.md', 'rules'),
  },
  {
    what: 'AGENTS.md through /proc',
    script: '(echo x >> /proc/self/cwd/AGENTS.md) 2>/dev/null',
    escaped: changed('AGENTS.md', 'rules'),
  },
  {
    what: "the editor's settings",
    script: '(echo x > .vscode/settings.json; mv .vscode v; echo x > .vscode/tasks.json) 2>/dev/null',
    escaped: b => readdirSync(b.at('.vscode')).length !== 1 || changed('.vscode/settings.json', '{}')(b),
  },
  {
    what: 'what CI runs',
    script: '(mkdir -p .github/workflows && echo x > .github/workflows/evil.yml) 2>/dev/null',
    escaped: made('.github/workflows/evil.yml'),
  },
  {
    what: "npm's settings",
    script: '(echo script-shell=/tmp/x >> .npmrc) 2>/dev/null',
    escaped: changed('.npmrc', 'a=b\n'),
  },
  // git
  {
    what: 'a hook',
    script:
      '(echo x > .git/hooks/pre-commit; rm -rf .git/hooks; mkdir .git/hooks && echo x > .git/hooks/post-checkout) 2>/dev/null',
    escaped: b => readdirSync(b.at('.git/hooks')).some(name => !name.endsWith('.sample')),
  },
  {
    what: 'a program in its configuration',
    script:
      'git config core.fsmonitor /tmp/x; (echo "[core]fsmonitor=x" >> .git/config) 2>/dev/null; echo y > c; mv -f c .git/config 2>/dev/null',
    escaped: b => /fsmonitor|^y/.test(readFileSync(b.at('.git/config'), 'utf8')),
  },
  {
    what: 'another repository in its place',
    script: 'mv .git old 2>/dev/null; git init -q x; mv x/.git .git 2>/dev/null',
    escaped: b => existsSync(b.at('old')) || existsSync(b.at('x/.git')),
  },
  {
    what: 'a pointer to another configuration',
    script: '(echo ../evil > .git/commondir) 2>/dev/null; mv -f a.txt .git/commondir 2>/dev/null',
    escaped: made('.git/commondir'),
  },
  {
    what: 'attributes with filters',
    script:
      '(mkdir -p .git/info; echo "* filter=x" > .git/info/attributes; echo "* filter=x" > .gitattributes) 2>/dev/null',
    escaped: made('.gitattributes'),
  },
  {
    what: 'hooks of a submodule',
    script:
      '(echo x > .git/modules/sub/hooks/post-checkout; git config -f .git/modules/sub/config core.fsmonitor x) 2>/dev/null',
    escaped: b =>
      existsSync(b.at('.git/modules/sub/hooks/post-checkout')) ||
      readFileSync(b.at('.git/modules/sub/config'), 'utf8') !== '[core]\n',
  },
  {
    what: 'a repository within',
    script: 'git init -q inner; git -C inner config core.fsmonitor /tmp/x',
    escaped: made('inner/.git'),
  },
  { what: 'a bare repository within', script: 'git init -q --bare inner.git', escaped: made('inner.git') },
  // Control files that are not there
  {
    what: 'making AGENTS.md in a directory',
    script: 'mkdir -p n && echo x > n/AGENTS.md',
    escaped: made('n/AGENTS.md'),
  },
  {
    what: 'making a workspace file',
    script: 'echo {} > x.code-workspace',
    escaped: made('x.code-workspace'),
  },
  {
    what: 'making the settings of a server for agents',
    script: 'echo {} > .mcp.json',
    escaped: made('.mcp.json'),
  },
  {
    what: 'making a file under a name in other letters',
    script: 'mkdir -p .VSCODE && echo {} > .VSCODE/tasks.json',
    escaped: made('.VSCODE'),
  },
  {
    what: 'making a control file as a link',
    script: 'ln -s a.txt n.md; ln -s n.md CLAUDE.md',
    escaped: b => !!lstatSync(b.at('CLAUDE.md'), { throwIfNoEntry: false }),
  },
  {
    what: 'making a control directory by renaming',
    script: 'mkdir d && echo x > d/x && mv d .husky',
    escaped: made('.husky'),
  },
  {
    what: 'making a start-up file that hides its age',
    script: 'echo x > .envrc.tmp; mv .envrc.tmp .bashrc; touch -d 2001-01-01 .bashrc .',
    escaped: made('.bashrc'),
  },
];

describe.skipIf(why)(`out of the sandbox${why ? ` (skipped: ${why})` : ''}`, { timeout: 60_000 }, () => {
  const files = {
    'project/a.txt': 'a',
    'project/.env': 'SECRET=1',
    'project/a/b/c/d/e/.env.production': 'SECRET=1',
    'project/AGENTS.md': 'rules',
    'project/.vscode/settings.json': '{}',
    'project/.npmrc': 'a=b\n',
    'home/.bashrc': 'rc',
    'home/.ssh/id_rsa': 'SECRET',
    'home/.netrc': 'SECRET',
    'home/.aws/credentials': 'SECRET',
    'home/.config/gh/hosts.yml': 'SECRET',
    'home/.config/Code/User/globalStorage/state.vscdb': 'SECRET',
    'state/sessions/s2/log': 'SECRET',
  };

  it('there are many attempts', () => expect(attempts.length).toBeGreaterThanOrEqual(40));

  const all = attempts.flatMap(attempt => [
    { ...attempt, unasked: false },
    { ...attempt, unasked: true, what: `${attempt.what}, by a command that only looks` },
  ]);
  it.concurrent.for(all)(
    '$what',
    async ({ script, prepare, escaped, unasked }, { onTestFinished, expect }) => {
      const b = box(files, {}, onTestFinished);
      mkdirSync(b.at('.git/modules/sub/hooks'), { recursive: true });
      b.put('project/.git/modules/sub/HEAD', 'ref: refs/heads/main\n');
      b.put('project/.git/modules/sub/config', '[core]\n');
      await prepare?.(b);
      const text = typeof script === 'string' ? script : script(b);
      const { output, sandbox } = await b.run(text, { timeoutMs: 20_000, unasked });
      expect(sandbox, output).toBeDefined();
      expect(output).not.toMatch(/^ESCAPED$/m);
      expect(escaped?.(b) ?? false, output).toBe(false);
    },
  );

  it('is what they would all do without it', async () => {
    const b = box(files);
    const { output } = await b.run(`${readsSecret('.env')}; echo x >> AGENTS.md`, { outside: true });
    expect(output).toBe('ESCAPED\n');
    expect(readFileSync(b.at('AGENTS.md'), 'utf8')).toBe('rulesx\n');
  });
});
