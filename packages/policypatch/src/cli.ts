#!/usr/bin/env node
import './platform-storage.ts'
import { runCli } from './cli/run-cli.ts'
import { commands } from './commands.ts'

process.exitCode = await runCli(commands())
