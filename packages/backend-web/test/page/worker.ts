import { runTask } from './run-task.ts'

self.onmessage = async ({ data: { name, input } }: MessageEvent<{ name: string; input: unknown }>) => {
  self.postMessage(await runTask(name, input))
}
