import { importPackage } from '@policypatch/core/platform'

/**
 * What makes and reads repositories, and signs and verifies by certificates and identities. Its libraries are optional packages, left out by
 * `npm install --omit=optional`.
 *
 * @throws PatchError `BACKEND_FAILED` where they are not installed
 */
export const openRegistry = () =>
  importPackage(
    'policypatch --include=optional',
    'with its optional packages',
    () => import('@policypatch/registry'),
  )
