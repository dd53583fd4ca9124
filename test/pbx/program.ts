import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A daemon that a test has started. */
export interface Program {
  /** 0 = it could not be started. */
  readonly pid: number;
  /** What it printed last; undefined while it runs. */
  lastWords(): string | undefined;
  /** Default: asks it to end. `SIGKILL`: it gets no chance to say a word. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface ProgramOptions {
  /** Becomes HOME, so that no file of the person who runs the tests is read or written. */
  readonly home: string;
  readonly onLine?: (line: string) => void;
}

/** Time for a daemon to end by itself, ms. */
const PATIENCE_MS = 5000;

/**
 * Starts a daemon in the foreground; it ends with this process at the latest.
 * @param command program and arguments
 */
export function launch(command: readonly string[], { home, onLine }: ProgramOptions): Program {
  const [program = '', ...rest] = command;
  const child: ChildProcess = spawn(program, rest, {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The machine's own OpenSSL settings belong to another OpenSSL.
    env: { ...process.env, HOME: home, OPENSSL_CONF: '/dev/null' },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      printed = (printed + chunk).slice(-2000);
      if (onLine === undefined) return;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
  }
  let failed: string | undefined;
  child.on('error', (error) => {
    failed = error.message;
  });
  const over = () => child.exitCode !== null || child.signalCode !== null || failed !== undefined;
  // A daemon of several processes must have the chance to end them all.
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return {
    pid: child.pid ?? 0,
    lastWords: () => (over() ? (failed ?? printed) : undefined),
    async stop(signal = 'SIGTERM') {
      if (over()) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await gone;
      clearTimeout(patience);
    },
  };
}
