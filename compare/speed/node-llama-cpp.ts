import { existsSync } from 'node:fs'

/** The part of node-llama-cpp that is used. It is not a dependency: setup.mjs installs it into its own folder. */
export interface NodeLlamaCpp {
  getLlama(options: object): Promise<{
    loadModel(options: object): Promise<{
      createContext(options: object): Promise<{ getSequence(): LlamaSequence }>
    }>
  }>
}

export interface LlamaSequence {
  evaluate(ids: readonly number[], options: object): AsyncIterable<number>
  clearHistory(): Promise<void>
}

/** Throws if setup.mjs has not run. */
export async function importNodeLlamaCpp(): Promise<NodeLlamaCpp> {
  const entry = new URL('../.node/node_modules/node-llama-cpp/dist/index.js', import.meta.url)
  if (existsSync(entry)) return import(entry.href)
  throw new Error('node-llama-cpp is not there yet: run `npm run compare:setup`')
}
