import { importPackage } from '@policypatch/core/platform'

/**
 * Imports the server, an optional package that `npm install --omit=optional` leaves out.
 *
 * @throws PatchError `BACKEND_FAILED` if it is not installed
 */
export const openServer = () =>
  importPackage('@policypatch/serve', 'which serves models', () => import('@policypatch/serve'))
