/** What the patch of a domain is called in its manifest. */
export const patchName = (domain: string): string => `smollm2-135m-${domain}`
