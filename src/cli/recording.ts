/** What `broadcast` and `listen` do where a recording fails: the show goes on, and the command fails when it ends. */

import type { TreecastError } from '../protocol/errors.js'
import type { Reporter } from './reporter.js'

/** Whoever may be recording. */
interface Recorded {
  on(name: 'recordingfailed', listener: (error: TreecastError) => void): () => void
}

/** @throws TreecastError what went wrong with the recording, behind the end of the show. */
export async function failingWith(
  show: Recorded,
  reporter: Reporter,
  until: () => Promise<unknown>
): Promise<void> {
  let failure: TreecastError | undefined
  show.on('recordingfailed', (error) => {
    failure = error
    reporter.event(
      'recording-failed',
      { message: error.message },
      `the recording has stopped: ${error.message}`
    )
  })
  await until()
  if (failure !== undefined) throw failure
}
