import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { encodeOnnx, type OnnxGraph, wordsOf } from '@policypatch/compiler'
import { PatchError } from '@policypatch/core'
import { type Device, executionProviders } from './create-session.ts'
import { InferenceSession, listSupportedBackends, Tensor } from './onnxruntime.ts'

/**
 * Runs the smallest program on a device.
 *
 * @throws PatchError `BACKEND_FAILED` if the device, its driver or ONNX Runtime's provider is missing. The message says what
 *   to install.
 */
export async function checkDevice(device: Device): Promise<void> {
  const missing = missingProvider(device)
  if (missing !== undefined) throw absent(device, missing)
  try {
    const session = await InferenceSession.create(encodeOnnx(negation), {
      executionProviders: executionProviders(device),
      logSeverityLevel: 4,
    })
    try {
      await session.run({ x: new Tensor('float32', Float32Array.of(1), [1]) })
    } finally {
      await session.release()
    }
  } catch (cause) {
    throw absent(device, wordsOf(cause), cause)
  }
}

const tensor = { shape: [1], dtype: 'float32' } as const

const negation: OnnxGraph = {
  inputs: [{ ...tensor, name: 'x', source: 'input', key: 'x' }],
  outputs: [{ ...tensor, name: 'y', key: 'y' }],
  constants: [],
  nodes: [{ opType: 'Neg', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} }],
}

/** Why there is no provider for a device. Asked before ONNX Runtime, which would write to standard error by itself. */
function missingProvider(device: Device): string | undefined {
  const place = `${process.platform} ${process.arch}`
  if (!listSupportedBackends().some(({ name }) => name === device)) return `that it has none for ${place}`
  if (device !== 'cuda' || process.platform !== 'linux') return undefined
  const library = 'libonnxruntime_providers_cuda.so'
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
  const there = existsSync(join(root, 'bin', 'napi-v6', process.platform, process.arch, library))
  return there ? undefined : `that its ${library} is not installed`
}

const needs: Readonly<Record<Device, string>> = {
  cpu: 'Install onnxruntime-node again',
  cuda:
    'Run `node node_modules/onnxruntime-node/script/install` on Linux x64, and install the driver of an NVIDIA GPU, ' +
    "CUDA 12 and cuDNN 9 on the loader's path (docs/backends.md); or use another device",
  webgpu:
    "Install the GPU's driver, on Linux its Vulkan driver and libvulkan1 (docs/backends.md); or use another device",
}

function absent(device: Device, found: string, cause?: unknown): PatchError {
  return new PatchError('BACKEND_FAILED', {
    expected: `onnxruntime-node's ${device} provider, and a device for it`,
    found,
    remedy: needs[device],
    cause,
  })
}
