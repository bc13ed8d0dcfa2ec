import { existsSync } from 'node:fs'
import { checkDevice } from '../src/onnxruntime/check-device.ts'

/** SwiftShader, which computes what a GPU would on the processor, as Chromium's packages install it. */
const drivers = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib64/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
]

/**
 * Why the tests of webgpu cannot run here; undefined where they can. They run on SwiftShader where it is, so that they
 * run alike everywhere; with `POLICYPATCH_TEST_GPU` set, on this machine's own GPU. To be called before anything has
 * used webgpu in this process.
 */
export async function webgpuProblem(): Promise<string | undefined> {
  if (!process.env.POLICYPATCH_TEST_GPU) {
    const driver = process.env.VK_ICD_FILENAMES ?? drivers.find((path) => existsSync(path))
    if (driver === undefined) return 'there is no SwiftShader: install chromium'
    // Vulkan's loader reads them when it is first asked for a device.
    process.env.VK_ICD_FILENAMES = driver
    process.env.VK_DRIVER_FILES = driver
  }
  return checkDevice('webgpu').then(
    () => undefined,
    (error: Error) => error.message,
  )
}
