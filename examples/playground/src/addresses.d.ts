/** Addresses that vite.config.ts puts in. */
declare const __DOCS_ADDRESS__: string
declare const __REPOSITORY_ADDRESS__: string
