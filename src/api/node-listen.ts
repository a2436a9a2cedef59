/** Listening in Node.js. */

import { DEFAULT_MAX_LINKS } from '../protocol/limits.js'
import type { Pace } from '../protocol/media/playout.js'
import type { BroadcastLink } from '../protocol/wire/link.js'
import type { Role } from '../protocol/wire/message.js'
import { now } from '../runtime/clock.js'
import { type NodeNetworkOptions, nodePlatform } from '../runtime/node-platform.js'
import { join, type JoinOptions } from './listen.js'
import { Listener } from './listener.js'
import { checkPorts } from './options.js'

export interface ListenOptions extends JoinOptions, NodeNetworkOptions {
  /** Relay nothing. Default false. */
  readonly leaf?: boolean
  /** `eager`, the default, gives frames as soon as they are in order: for files and pipes. `timed` gives each when it is
   * to be heard. */
  readonly pace?: Pace
  /** What the tracker counts this peer as. Default `listener`. */
  readonly role?: Exclude<Role, 'origin'>
}

/** Joins a broadcast; throws as {@link join} does. */
export async function listen(link: string | BroadcastLink, options: ListenOptions = {}): Promise<Listener> {
  const startedAt = now()
  checkPorts(options)
  const { leaf, pace, role = 'listener' } = options
  const peer = {
    role,
    ...(leaf === undefined ? {} : { leaf }),
    ...(pace === undefined ? {} : { pace })
  }
  return join(nodePlatform, link, options, peer, DEFAULT_MAX_LINKS, () => new Listener(startedAt))
}
