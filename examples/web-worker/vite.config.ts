import { defaultClientConditions, defineConfig } from 'vite'

export default defineConfig({
  base: './',
  // The small model and its patches are the playground's.
  publicDir: '../playground/public',
  // In this repository packages are taken unbuilt.
  resolve: { conditions: ['@policypatch/source', ...defaultClientConditions] },
  worker: { format: 'es' },
})
