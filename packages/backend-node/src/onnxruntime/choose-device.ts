import { encodeOnnx, type OnnxGraph } from '@policypatch/compiler'
import { PatchError } from '@policypatch/core'
import { checkDevice } from './check-device.ts'
import { type Device, executionProviders } from './create-session.ts'
import { InferenceSession, Tensor } from './onnxruntime.ts'

export interface ChosenDevice {
  readonly device: Device
  /** Why, in words: what was found for the devices that were tried before it. */
  readonly reason: string
}

/** Queries about the machine, replaced in tests. */
export interface DeviceProbe {
  /** See {@link checkDevice}. */
  check(device: Device): Promise<void>
  /** Milliseconds of one matrix product. */
  productTime(device: Device): Promise<number>
}

/** The CPU multiplies two to three times as fast in int8, which devices do not use. */
const leastGain = 4

/**
 * The fastest device of this machine: cuda if its provider runs; else webgpu if a matrix product is four times as fast there
 * as on the CPU, which excludes software adapters; else cpu. Takes a few seconds at most.
 */
export async function chooseDevice(
  probe: DeviceProbe = { check: checkDevice, productTime },
): Promise<ChosenDevice> {
  const cuda = await problemOf(probe, 'cuda')
  if (cuda === undefined) return { device: 'cuda', reason: 'its provider runs here' }
  const webgpu = await problemOf(probe, 'webgpu')
  const without = `cuda: ${cuda}`
  if (webgpu !== undefined) return { device: 'cpu', reason: `${without}; webgpu: ${webgpu}` }
  const gain = (await probe.productTime('cpu')) / (await probe.productTime('webgpu'))
  const times = `webgpu: ${gain < 10 ? gain.toFixed(1) : gain.toFixed(0)} times the CPU's speed`
  if (gain >= leastGain) return { device: 'webgpu', reason: `${without}; ${times}` }
  return { device: 'cpu', reason: `${without}; ${times}, below the required ${leastGain}` }
}

async function problemOf({ check }: DeviceProbe, device: Device): Promise<string | undefined> {
  try {
    await check(device)
    return undefined
  } catch (error) {
    if (error instanceof PatchError && error.code === 'BACKEND_FAILED') return error.found
    throw error
  }
}

const [rows, width] = [128, 1024]
const matrix = (...shape: number[]) => ({ shape, dtype: 'float32' }) as const

/** x w, with w held by the device as a model's weights are. */
const product = (): OnnxGraph => ({
  inputs: [{ ...matrix(rows, width), name: 'x', source: 'input', key: 'x' }],
  outputs: [{ ...matrix(rows, width), name: 'y', key: 'y' }],
  constants: [{ ...matrix(width, width), name: 'w', data: new Float32Array(width * width).fill(1) }],
  nodes: [{ opType: 'MatMul', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: {} }],
})

/** Milliseconds. A first product that takes longer, compilation included, does not run on a GPU and need not be repeated. */
const tooLong = 2000

/** The best of three runs, after one that compiles and allocates. */
async function productTime(device: Device): Promise<number> {
  const session = await InferenceSession.create(encodeOnnx(product()), {
    executionProviders: executionProviders(device),
    logSeverityLevel: 4,
  })
  try {
    const x = new Tensor('float32', new Float32Array(rows * width).fill(1), [rows, width])
    const timed = async (): Promise<number> => {
      const started = performance.now()
      await session.run({ x })
      return performance.now() - started
    }
    const first = await timed()
    if (first > tooLong) return first
    return Math.min(await timed(), await timed(), await timed())
  } finally {
    await session.release()
  }
}
