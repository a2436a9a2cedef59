/**
 * The words of a scenario, one to a line:
 *
 *     origin [children=N]            an origin that is on the air
 *     join NAME [children=N] [parents=N] [spares=N] [leaf]
 *     show SECONDS                   its source begins, and ends after so long
 *     kill | freeze | thaw | leave | black-hole NAME
 *     tracker down | up
 *     rotate PACKETS                    the next show key takes over, so many packets from now
 *     watch TYPE…                    messages to tell of from here on
 *     run MS                         lets time pass, and tells what was watched
 *     state                          tells how each peer is
 */

import type { PeerOptions } from '../../src/protocol/peer-options.js'
import { type StripeSet, stripesIn } from '../../src/protocol/tree/stripes.js'
import { type Message, SINCE_RECENT } from '../../src/protocol/wire/message.js'
import { BEGIN, makeCertificate, type Member, World } from '../protocol/world.js'

/** Plays a script. @returns the script with what followed. */
export function play(script: string): string {
  const stage = new Stage()
  const steps = script.trimEnd().split('\n\n')
  return `${steps.map((step) => stage.play(step)).join('\n\n')}\n`
}

class Stage {
  private readonly world = new World()
  private readonly watched = new Set<string>()
  private certificate = makeCertificate()
  private lines: string[] = []

  constructor() {
    this.world.onMessage = (from, to, message) => this.tell(`${from.name} → ${to.name}`, message)
    this.world.onTrackerMessage = (member, message) =>
      this.tell(
        message.type === 'welcome' || message.type === 'refused'
          ? `tracker → ${member.name}`
          : `${member.name} → tracker`,
        message
      )
  }

  play(step: string): string {
    const words = step.split('\n----')[0]!
    this.lines = []
    for (const line of words.split('\n')) if (line !== '' && !line.startsWith('#')) this.happen(line)
    return this.lines.length === 0 ? words : `${words}\n----\n${this.lines.join('\n')}`
  }

  private happen(line: string): void {
    const { world } = this
    const [word, ...rest] = line.split(' ')
    switch (word) {
      case 'origin':
        world.addOrigin(options(rest), undefined, undefined, 'origin')
        break
      case 'join':
        world.add(rest[0]!, options(rest.slice(1)))
        break
      case 'show':
        world.show(this.member('origin'), Number(rest[0]) * 1_000)
        break
      case 'rotate':
        this.certificate = world.rotate(this.member('origin'), this.certificate, Number(rest[0]))
        break
      case 'kill':
        world.kill(this.member(rest[0]!))
        break
      case 'freeze':
        world.freeze(this.member(rest[0]!))
        break
      case 'thaw':
        world.thaw(this.member(rest[0]!))
        break
      case 'leave':
        world.give(this.member(rest[0]!), { type: 'leave' })
        break
      case 'black-hole':
        this.member(rest[0]!).blackHole = true
        break
      case 'tracker':
        if (rest[0] === 'down') world.stopTracker()
        else world.trackerUp = true
        break
      case 'watch':
        this.watched.clear()
        for (const type of rest) this.watched.add(type)
        break
      case 'run': {
        const heard = world.members.map(({ notices }) => notices.length)
        world.run(Number(rest[0]))
        for (const [i, { name, notices }] of world.members.entries()) {
          for (const notice of notices.slice(heard[i])) {
            if (notice.event === 'joined' || notice.event === 'certified') continue
            const peer = 'peer' in notice ? ` ${this.nameOf(notice.peer)}` : ''
            this.lines.push(`${name}: ${notice.event}${peer}${'stripe' in notice ? ` ${notice.stripe}` : ''}`)
          }
        }
        break
      }
      case 'state':
        for (const member of world.members) this.lines.push(this.stateOf(member))
        break
      default:
        throw new Error(`not a word of a scenario: ${line}`)
    }
  }

  private stateOf(member: Member): string {
    if (member.done) return `${member.name}: gone${this.played(member)}`
    const { children, spares } = member.peer.stats()
    const parents = this.world.parentsOf(member).map((parent) => parent?.name ?? '-')
    const fedBy = parents.length === 0 ? '' : `, fed by ${parents.join(' ')}`
    const playing = this.world.gaps(member) === 0 ? '' : ', gaps'
    return `${member.name}: children ${children}, spares ${spares}${fedBy}${this.played(member)}${playing}`
  }

  private played(member: Member): string {
    const frames = this.world.frames(member)
    const whole = frames.every((frame, i) => frame === frames[0]! + i)
    return frames.length === 0 ? '' : `, played ${frames[0]}…${frames.at(-1)}${whole ? '' : ' with holes'}`
  }

  private tell(way: string, message: Message): void {
    if (!this.watched.has(message.type)) return
    this.lines.push(
      `${String(this.world.now - BEGIN).padStart(6)} ${way}  ${message.type}${this.describe(message)}`
    )
  }

  private describe(message: Message): string {
    switch (message.type) {
      case 'subscribe': {
        const since = message.since === SINCE_RECENT ? '' : ` since ${message.since}`
        return ` ${setOf(message.stripes)}${message.sample ? ' and samples' : ''}${since}`
      }
      case 'grant': {
        const refused = message.refused === 0 ? '' : `, not ${setOf(message.refused)}: ${message.refusal}`
        return ` ${setOf(message.stripes)}${refused}${this.others(message.others)}`
      }
      case 'path':
        return ` ${setOf(message.stripes)} by ${message.peers.map((id) => this.nameOf(id)).join(' ')}`
      case 'want':
        return ` ${message.sequences.join(' ')}`
      case 'bye':
        return ` ${message.reason}${this.others(message.others)}`
      case 'status':
      case 'lease':
        return ` ${message.freeSlots} free at depth ${message.depth}`
      case 'welcome':
        return ` ${message.live ? 'live' : 'not live'}, ${message.waitMs === 0 ? 'no wait' : `wait ${message.waitMs} ms`}${this.others(message.candidates)}`
      case 'data':
        return ` ${message.hops}`
      case 'show':
        return message.handover === undefined ? '' : ` from ${message.handover.first} on`
      default:
        return ''
    }
  }

  private others(records: readonly { id: Uint8Array }[]): string {
    return records.length === 0 ? '' : `; others: ${records.map(({ id }) => this.nameOf(id)).join(' ')}`
  }

  private nameOf(id: Uint8Array): string {
    return this.world.members.find((member) => id.every((byte, i) => byte === member.id[i]))?.name ?? '?'
  }

  private member(name: string): Member {
    const member = this.world.members.find((each) => each.name === name)
    if (member === undefined) throw new Error(`nobody is called ${name}`)
    return member
  }
}

function setOf(stripes: StripeSet): string {
  return stripes === 0 ? 'nothing' : stripesIn(stripes).join('')
}

function options(words: readonly string[]): Partial<PeerOptions> {
  const numberOf = (key: string): number | undefined => {
    const word = words.find((each) => each.startsWith(`${key}=`))
    return word === undefined ? undefined : Number(word.slice(key.length + 1))
  }
  const maxChildren = numberOf('children')
  const parents = numberOf('parents')
  const spares = numberOf('spares')
  return {
    ...(words.includes('leaf') ? { leaf: true } : {}),
    ...(maxChildren === undefined ? {} : { maxChildren }),
    ...(parents === undefined ? {} : { parents }),
    ...(spares === undefined ? {} : { spares })
  }
}
