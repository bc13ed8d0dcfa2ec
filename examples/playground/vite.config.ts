import { readFileSync } from 'node:fs'
import { defaultClientConditions, defineConfig, type Plugin } from 'vite'
import { contentSecurityPolicy } from './content-security-policy.ts'

/** Only what is built: the development server injects styles and scripts of its own. */
const securityPolicy: Plugin = {
  name: 'security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
      injectTo: 'head-prepend',
    },
  ],
}

/** With them the page is cross-origin isolated, and WebAssembly may use threads. It works without. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

const { homepage, repository } = packageOf('policypatch')
// Where the package says neither, its page in the registry has both.
const registryPage = 'https://www.npmjs.com/package/policypatch'
const addresses = {
  __DOCS_ADDRESS__: JSON.stringify(process.env.DOCS_ADDRESS ?? homepage ?? registryPage),
  __REPOSITORY_ADDRESS__: JSON.stringify(
    process.env.REPOSITORY_ADDRESS ?? pageOf(repository?.url) ?? `${registryPage}?activeTab=code`,
  ),
}

/** What a package of this repository says of itself. */
function packageOf(name: string): {
  readonly homepage?: string
  readonly repository?: { readonly url: string }
} {
  return JSON.parse(readFileSync(new URL(`../../packages/${name}/package.json`, import.meta.url), 'utf8'))
}

/** `git+https://host/owner/name.git` as the address of a page. */
function pageOf(url: string | undefined): string | undefined {
  return url?.replace(/^git\+/, '').replace(/\.git$/, '')
}

export default defineConfig({
  define: addresses,
  // Relative, so that the built page can be put into any folder of a server.
  base: './',
  // In this repository packages are taken unbuilt.
  resolve: { conditions: ['@policypatch/source', ...defaultClientConditions] },
  plugins: [securityPolicy],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: { target: 'es2022', modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1500 },
  server: { headers: isolation },
  preview: { headers: isolation },
})
