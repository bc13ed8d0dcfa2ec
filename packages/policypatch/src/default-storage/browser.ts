import { opfsStorage } from '@policypatch/backend-web'
import type { Storage } from '@policypatch/core'

/** Where paths lead unless a storage is given: what the browser keeps for this site. */
export const defaultStorage = (): Storage => opfsStorage()

/** Where installed patches are kept. */
export const defaultPatchFolder = (): string => 'policypatch/patches'
