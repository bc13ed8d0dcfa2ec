#!/usr/bin/env node
// npm links a command only to a file that is there when it installs, which dist/ is not before the first build.
import { existsSync } from 'node:fs'

const built = new URL('../dist/cli.js', import.meta.url)
if (existsSync(built)) {
  await import(built.href)
} else {
  console.error('error: policypatch is not built yet; run: npm run build')
  process.exitCode = 1
}
