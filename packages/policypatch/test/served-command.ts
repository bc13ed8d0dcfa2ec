import { expect } from 'vitest'
import type { CommandResult } from './run-command.ts'
import type { TinyProject } from './tiny-project.ts'

export interface ServedCommand {
  /** Sends JSON with a key. */
  send(method: string, path: string, body?: unknown): Promise<Response>
  /** Tells it to end, as an operator does. */
  terminate(): void
  readonly ended: Promise<CommandResult>
}

/** Runs `serve` until it listens. */
export function serveInProject(
  project: TinyProject,
  args: readonly string[],
  key?: string,
): Promise<ServedCommand> {
  return new Promise((resolve, reject) => {
    let started = false
    const ended = project.run(['serve', '--port', '0', ...args], {
      onStderr(soFar, child) {
        const [, url] = /is served at (\S+)/.exec(soFar) ?? []
        if (url === undefined || started) return
        started = true
        resolve({
          ended,
          terminate: () => expect(child.kill('SIGTERM')).toBe(true),
          send: (method, path, body) =>
            fetch(url + path, {
              method,
              headers: {
                ...(key !== undefined && { authorization: `Bearer ${key}` }),
                ...(body !== undefined && { 'content-type': 'application/json' }),
              },
              ...(body !== undefined && { body: JSON.stringify(body) }),
            }),
        })
      },
    })
    ended.then(({ stderr }) => reject(new Error(stderr)), reject)
  })
}
