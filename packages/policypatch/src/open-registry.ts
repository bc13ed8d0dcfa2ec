import { importPackage } from '@policypatch/core/platform'

/**
 * Imports what makes and reads repositories, and signs and verifies with certificates and identities. Its libraries are optional
 * packages that `npm install --omit=optional` leaves out.
 *
 * @throws PatchError `BACKEND_FAILED` if they are not installed
 */
export const openRegistry = () =>
  importPackage(
    'policypatch --include=optional',
    'with its optional packages',
    () => import('@policypatch/registry'),
  )
