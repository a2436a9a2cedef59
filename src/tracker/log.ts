/** Where a tracker tells what happens to it: as much of a pino logger as is used. */

type Write = (data: object, text: string) => void

export interface Log {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
}

const nowhere: Write = () => undefined

export const noLog: Log = { debug: nowhere, info: nowhere, warn: nowhere, error: nowhere }
