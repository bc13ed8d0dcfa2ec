import { PatchError } from '@policypatch/core'
import { folderStore } from './folder-store.ts'
import type { ResultStore } from './result-store.ts'

/**
 * Opens `s3://bucket/prefix`, or a folder that all machines can access. The endpoint, region and keys of S3 come from the
 * environment (AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID …), as for any S3 client.
 *
 * @throws PatchError `INVALID_ARGUMENT`
 */
export async function openStore(place: string): Promise<ResultStore> {
  if (!place.includes('://')) return folderStore(place)
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(place) ?? []
  if (bucket) return (await import('./s3-store.ts')).s3Store({ bucket, prefix: prefix.replace(/\/+$/, '') })
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a store s3://BUCKET/PREFIX or a folder that all machines see',
    found: place,
    remedy: 'Write the bucket after s3://, or give the path of a shared folder',
  })
}
