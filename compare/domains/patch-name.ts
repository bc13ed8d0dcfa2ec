/** The name of a domain's patch in its manifest. */
export const patchName = (domain: string): string => `smollm2-135m-${domain}`
