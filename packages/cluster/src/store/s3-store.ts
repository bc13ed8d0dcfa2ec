import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { PatchError } from '@policypatch/core'
import type { ResultStore } from './result-store.ts'

interface S3Place {
  readonly bucket: string
  /** Precedes every name, without a trailing slash; may be empty. */
  readonly prefix: string
}

/** Objects in a bucket of S3 or of a compatible store. */
export function s3Store({ bucket, prefix }: S3Place): ResultStore {
  const place = `s3://${bucket}${prefix && `/${prefix}`}`
  const client = new S3Client({
    region: process.env.AWS_REGION ?? 'us-east-1',
    // Self-hosted stores seldom have a host name for each bucket.
    forcePathStyle:
      process.env.AWS_ENDPOINT_URL !== undefined || process.env.AWS_ENDPOINT_URL_S3 !== undefined,
  })
  const at = (name: string) => ({ Bucket: bucket, Key: prefix ? `${prefix}/${name}` : name })
  return {
    place,
    async get(name) {
      try {
        const { Body } = await client.send(new GetObjectCommand(at(name)))
        return await Body?.transformToByteArray()
      } catch (error) {
        return absentOr(error, place)
      }
    },
    async put(name, bytes) {
      try {
        await client.send(new PutObjectCommand({ ...at(name), Body: bytes }))
      } catch (error) {
        throw failure(error, place)
      }
    },
    async has(name) {
      try {
        await client.send(new HeadObjectCommand(at(name)))
        return true
      } catch (error) {
        return absentOr(error, place) ?? false
      }
    },
    close: () => client.destroy(),
  }
}

/** Returns undefined if an object is absent, and throws any other error. An absent bucket is an error. */
function absentOr(error: unknown, place: string): undefined {
  const { name, $metadata } = error instanceof S3ServiceException ? error : {}
  if (name !== 'NoSuchBucket' && $metadata?.httpStatusCode === 404) return undefined
  throw failure(error, place)
}

const failure = (cause: unknown, place: string): PatchError =>
  new PatchError(cause instanceof S3ServiceException ? 'STORAGE_FAILED' : 'UNREACHABLE', {
    expected: `to read and write objects in ${place}`,
    found: cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause),
    remedy: 'Check the bucket, AWS_ENDPOINT_URL, AWS_REGION, the keys, and the room that is left',
    cause,
  })
