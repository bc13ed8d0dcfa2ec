/**
 * What became of a template that does not render:
 * `syntax`, it cannot be parsed; `unsupported`, it asks for what Jinja2 has and this engine has not, or for what
 * neither has; `limit`, it took more than a template may; `raised`, it called `raise_exception`; `failed`, it does
 * what Jinja2 answers with an error too.
 */
export type TemplateFault = 'syntax' | 'unsupported' | 'limit' | 'raised' | 'failed'

/** An error of a template. The message is a phrase: for `unsupported`, the construct's name. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly fault: TemplateFault

  constructor(fault: TemplateFault, message: string) {
    super(message)
    this.fault = fault
  }
}

export const unsupported = (construct: string) => new TemplateError('unsupported', construct)

/** An error that Jinja2 gives too, named as Python names it: `TypeError: …`. */
export const failed = (message: string) => new TemplateError('failed', message)
