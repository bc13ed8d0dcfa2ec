import { opfsStorage } from '@policypatch/backend-web'
import type { Storage } from '@policypatch/core'

/** The storage of paths that name none: the origin private file system. */
export const defaultStorage = (): Storage => opfsStorage()

/** The folder of installed patches. */
export const defaultPatchFolder = (): string => 'policypatch/patches'
