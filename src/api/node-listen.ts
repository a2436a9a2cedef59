/** Listening in Node.js. */

import { DEFAULT_MAX_LINKS } from '../protocol/limits.js'
import type { Pace } from '../protocol/media/playout.js'
import type { BroadcastLink } from '../protocol/wire/link.js'
import type { Role } from '../protocol/wire/message.js'
import { openRecording } from '../recording/file.js'
import { now } from '../runtime/clock.js'
import { hash } from '../runtime/crypto.js'
import { type NodeNetworkOptions, nodePlatform } from '../runtime/node-platform.js'
import type { Keeper } from './keeper.js'
import { join, type JoinOptions } from './listen.js'
import { Listener } from './listener.js'
import { checkPorts } from './options.js'
import { checkPast, checkPublic, type PastOptions, pastOf } from './past.js'
import { PastControl, type PastHost } from './past-control.js'
import type { RunningPeer } from './start-peer.js'

export interface ListenOptions extends JoinOptions, NodeNetworkOptions, PastOptions {
  /** Relay nothing. Default false. */
  readonly leaf?: boolean
  /** `eager`, the default, gives frames as soon as they are in order: for files and pipes. `timed` gives each when it is
   * to be heard. */
  readonly pace?: Pace
  /** Records what is received to this Ogg Opus file as it comes, with its proof beside it in `FILE.proof`. There must be none
   * yet. */
  readonly record?: string
  /** What this peer is for. `relay` and `root` are not counted as listeners; a `root` takes all that it can get from the origin
   * itself, whom it knows when that dials it. Default `listener`. */
  readonly role?: Exclude<Role, 'origin'>
  /** Called when it can be dialled, which may be long before anybody carries the broadcast: a root's link is known then. */
  readonly onStarted?: (listener: Listener) => void
}

/**
 * Joins a broadcast; throws as {@link join} does, and `output-unwritable` where it cannot be recorded.
 */
export async function listen(link: string | BroadcastLink, options: ListenOptions = {}): Promise<Listener> {
  const startedAt = now()
  checkPorts(options)
  checkPast(options)
  checkPublic(options.token !== undefined, options)
  const { leaf, pace, role = 'listener', record } = options
  const peer = {
    role,
    past: {
      replay: pastOf(options, nodePlatform.randomUint32(), pace),
      control: (running: RunningPeer, host: PastHost) => new PastControl(running, host)
    },
    ...(leaf === undefined ? {} : { leaf }),
    ...(pace === undefined ? {} : { pace })
  }
  const recording = record === undefined ? undefined : await openRecording(record, hash)
  const make = (): Listener => new RecordingListener(startedAt, recording)
  try {
    return await join(
      nodePlatform,
      link,
      options,
      peer,
      DEFAULT_MAX_LINKS,
      make,
      options.onStarted,
      recording
    )
  } catch (error) {
    await recording?.end()
    throw error
  }
}

/** A listener that keeps what it receives, if anybody wants it. */
class RecordingListener extends Listener {
  private readonly keeper: Keeper | undefined

  constructor(startedAt: number, keeper: Keeper | undefined) {
    super(startedAt)
    this.keeper = keeper
    if (keeper !== undefined) keeper.onError = (error) => this.emit('recordingfailed', error)
  }

  protected override async wind(): Promise<void> {
    await this.keeper?.end()
  }
}
