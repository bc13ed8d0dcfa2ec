/** A path alone leads to this platform's own storage: this machine's files, or what the browser keeps for the site. */
import { setPlatformStorage } from '@policypatch/core/platform'
import { defaultStorage } from '#default-storage'

setPlatformStorage(defaultStorage)
