import { type Backend, eagerBackend } from '@policypatch/core/platform'
import { noWebgpu } from './request-gpu-device.ts'

/**
 * Runs programs operation by operation on tfjs's WebGPU backend, which is loaded and registered here. Slower than compiled
 * programs, but without compilation. Throws `BACKEND_FAILED` if there is no WebGPU.
 */
export async function tfjsWebgpuBackend(): Promise<Backend> {
  // The package can be imported without WebGPU, but the backend that it registers then fails.
  const gpu = (navigator as { readonly gpu?: GPU }).gpu
  if (!(await gpu?.requestAdapter())) throw noWebgpu()
  await import('./tfjs-webgpu-library.ts')
  return eagerBackend({ tfBackend: 'webgpu' })
}
