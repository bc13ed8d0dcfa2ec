import { defineConfig } from 'vite'

export default defineConfig({
  base: './',
  // The small model and its patches are the playground's.
  publicDir: '../playground/public',
  worker: { format: 'es' },
})
