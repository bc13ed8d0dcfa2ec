/** Makes paths without a storage use the platform's own: this machine's files, or the browser's storage for the site. */
import { setPlatformStorage } from '@policypatch/core/platform'
import { defaultStorage } from '#default-storage'

setPlatformStorage(defaultStorage)
