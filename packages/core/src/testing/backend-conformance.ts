import type {
  Backend,
  HostTensor,
  NamedHostTensors,
  Signature,
  TensorProgram,
  TensorSpec,
} from '../backend/backend.ts'
import { attentionProgram } from './attention-program.ts'
import { behaviourCases } from './backend-behaviour.ts'
import { decoderSteps } from './decoder-steps.ts'
import { expectClose } from './expect-close.ts'
import recorded from './goldens/operations.json'
import { gradientProgram } from './gradient-program.ts'
import { operationPrograms } from './operation-programs.ts'

export interface ConformanceOptions {
  /** Creates the backend under test; each case creates one and disposes of it. */
  readonly createBackend: () => Backend | Promise<Backend>
  /** Maximum |found − expected| / max(1, |expected|). Default 1e-4. */
  readonly tolerance?: number
}

export interface ConformanceCase {
  readonly name: string
  /** Rejects, saying what differs, unless the backend conforms. */
  run(): Promise<void>
}

/**
 * What every backend must do, as cases for any test runner: each kind of operation, gradients and a small attention network
 * compared with PyTorch's numbers, a decoder's fused steps compared with what they are composed of, and the behaviour of
 * programs, weights and feeds. Numbers come from scripts/goldens/backend-operations.py.
 */
export function backendConformance({
  createBackend,
  tolerance = 1e-4,
}: ConformanceOptions): ConformanceCase[] {
  const cases: Record<string, (backend: Backend) => Promise<void>> = {
    ...behaviourCases,
    'steps of a decoder': (backend) => decoderSteps(backend, tolerance),
    attention: async (backend) => {
      const { inputs, outputs } = caseOf('attention')
      const { prefix, ids, labels, ...weights } = inputs
      const feeds = { prefix, ids, labels } as NamedHostTensors
      expectClose(await runOnce(backend, attentionProgram, feeds, weights), outputs, tolerance)
    },
  }
  for (const [name, program] of Object.entries({ ...operationPrograms, gradients: gradientProgram })) {
    cases[name] = async (backend) => {
      const { inputs, outputs } = caseOf(name)
      expectClose(await runOnce(backend, program, inputs), outputs, tolerance)
    }
  }
  return Object.entries(cases).map(([name, check]) => ({
    name,
    async run() {
      const backend = await createBackend()
      try {
        await check(backend)
      } finally {
        await backend.dispose()
      }
    },
  }))
}

async function runOnce(
  backend: Backend,
  program: TensorProgram,
  feeds: NamedHostTensors,
  weights: NamedHostTensors = {},
): Promise<NamedHostTensors> {
  const compiled = await backend.compile(program, signatureOf(feeds, weights))
  return compiled.run(feeds)
}

function signatureOf(feeds: NamedHostTensors, weights: NamedHostTensors): Signature {
  const inputs = mapValues(feeds, ({ shape, data }): TensorSpec => {
    return { shape, dtype: data instanceof Int32Array ? 'int32' : 'float32' }
  })
  return { inputs, weights }
}

interface RecordedTensor {
  readonly shape: number[]
  readonly dtype: string
  readonly data: number[]
}
type RecordedCase = Readonly<Record<'inputs' | 'outputs', Readonly<Record<string, RecordedTensor>>>>

function caseOf(name: string): Readonly<Record<'inputs' | 'outputs', NamedHostTensors>> {
  const found = (recorded as unknown as Readonly<Record<string, RecordedCase>>)[name]
  if (!found) throw new Error(`operations.json has no case ${name}`)
  return { inputs: mapValues(found.inputs, toHost), outputs: mapValues(found.outputs, toHost) }
}

function toHost({ shape, dtype, data }: RecordedTensor): HostTensor {
  return { shape, data: dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data) }
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
