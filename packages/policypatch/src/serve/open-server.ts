import { importPackage } from '@policypatch/core/platform'

/**
 * The server. It is an optional package, left out by `npm install --omit=optional`.
 *
 * @throws PatchError `BACKEND_FAILED` where it is not installed
 */
export const openServer = () =>
  importPackage('@policypatch/serve', 'which serves models', () => import('@policypatch/serve'))
