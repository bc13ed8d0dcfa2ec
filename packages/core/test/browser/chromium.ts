import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, launch } from 'puppeteer-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const others = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The Chromium or Chrome that `CHROMIUM` names or that is installed; undefined where there is none. */
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

/** WebGPU without a GPU, by the SwiftShader that Chromium brings: for correctness, it is slow. */
const swiftshader = [
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-webgpu-adapter=swiftshader',
  '--use-vulkan=swiftshader',
  '--use-angle=swiftshader',
]

/** Opens it without a window. Its sandbox does not work for root, which tests in containers are run as. */
export function openChromium(executablePath: string, { webgpu = false } = {}): Promise<Browser> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const args = [...sandbox, ...(webgpu ? swiftshader : ['--disable-gpu'])]
  // What runs in a page may take minutes on SwiftShader.
  return launch({ executablePath, headless: true, args, timeout: 120_000, protocolTimeout: 900_000 })
}
