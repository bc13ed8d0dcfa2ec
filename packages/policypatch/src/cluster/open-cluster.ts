import { importPackage } from '@policypatch/core/platform'

/**
 * Imports the support for work on other machines, which is a separate package.
 *
 * @throws PatchError `BACKEND_FAILED` if it is not installed
 */
export const openCluster = () =>
  importPackage(
    '@policypatch/cluster',
    'which works on several machines',
    () => import('@policypatch/cluster'),
  )
