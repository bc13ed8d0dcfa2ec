import { tfjsNodeBackend } from '../src/tfjs-node-backend.ts'

/** Why the tests of tfjs-node cannot run here; undefined where they can. */
export async function tfjsNodeProblem(): Promise<string | undefined> {
  try {
    await (await tfjsNodeBackend()).dispose()
    return undefined
  } catch (error) {
    // Where CI has built it, it has to work.
    if (process.env.POLICYPATCH_TFJS_NODE) throw error
    return (error as Error).message
  }
}
