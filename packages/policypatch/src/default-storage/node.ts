import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import type { Storage } from '@policypatch/core'
import { defaultDataFolder } from '../data-folder.ts'

/** Where paths lead unless a storage is given: this machine's files. */
export const defaultStorage = (): Storage => fileStorage()

/** Where installed patches are kept. */
export const defaultPatchFolder = (): string => join(defaultDataFolder(), 'patches')
