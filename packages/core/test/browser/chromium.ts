import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, launch } from 'puppeteer-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const others = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The Chromium or Chrome in `CHROMIUM`, or an installed one; undefined if there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const places = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return [process.env.CHROMIUM ?? '', ...places, ...others].find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    if (path !== '') accessSync(path, constants.X_OK)
    return path !== ''
  } catch {
    return false
  }
}

/** WebGPU without a GPU, through Chromium's SwiftShader. Slow, but enough to test correctness. */
const swiftshader = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-webgpu-adapter=swiftshader',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
]

/** Starts Chromium without a window. Its sandbox does not work as root, under which tests run in containers. */
export function openChromium(executablePath: string, { webgpu = false } = {}): Promise<Browser> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const args = [...sandbox, ...(webgpu ? swiftshader : ['--disable-gpu'])]
  // Work in a page may take minutes on SwiftShader.
  return launch({ executablePath, headless: true, args, timeout: 120_000, protocolTimeout: 900_000 })
}
