import { importPackage } from '@policypatch/core/platform'

/**
 * What works on other machines. It is a package of its own, for those who have them.
 *
 * @throws PatchError `BACKEND_FAILED` where it is not installed
 */
export const openCluster = () =>
  importPackage(
    '@policypatch/cluster',
    'which works on several machines',
    () => import('@policypatch/cluster'),
  )
