import { expect } from 'chai'

import { picture } from '../../examples/one-machine/picture.js'
import { progressLine, summary } from '../../examples/one-machine/report.js'
import { type Listener, Story } from '../../examples/one-machine/story.js'

const SIZES = [
  [80, 24],
  [100, 32],
  [140, 45],
  [60, 16],
  [20, 5]
] as const

/** The escape sequences of colours. */
const STYLES = /\u001b\[[0-9;]*m/g // eslint-disable-line no-control-regex

describe('one machine: the story', () => {
  it('counts the copies that the origin uploads', () => {
    const { story } = told({ Ada: 'oooo', Bo: 'oooo' })
    expect(story.copies).to.equal(2)
  })

  it('finds the relay that feeds most', () => {
    const { story } = told({ Ada: 'oooo', Bo: 'AAAo', Cleo: 'BBBA', Dara: 'BBBB' })
    expect(story.busiest?.name).to.equal('Bo')
    expect(told({ Ada: 'oooo' }).story.busiest).to.equal(undefined)
  })

  it('tells how those recovered that a killed relay fed, and what they missed', () => {
    const { story, stats } = told({ Ada: 'oooo', Bo: 'AAAo', Cleo: 'oooo', Dara: 'BBBB' })
    story.killed(named(story, 'Ada'), 10_000)
    const [kill] = story.kills
    expect([...kill!.fed].map(({ name }) => name)).to.deep.equal(['Bo'])
    expect([...kill!.below].map(({ name }) => name)).to.deep.equal(['Bo', 'Dara'])

    stats('Bo', 'AAAo', {}, 10_100)
    expect(kill!.waiting.size, 'what Bo said was said before').to.equal(1)
    stats('Bo', '·CCo', {}, 10_500)
    expect(kill!.waiting.size, 'a stripe still is missing').to.equal(1)
    stats('Bo', 'CCCo', { gaps: 2, backfilled: 7 }, 11_000)
    expect(kill!.waiting.size).to.equal(0)
    stats('Dara', 'BBBB', { gaps: 1 }, 11_000)
    expect(kill).to.include({ recoveryMs: 1_000, missed: 3, askedAgain: 7 })
    expect(summary(story, 11_000).join('\n')).to.include(
      'All of them had new parents within 1.0 s; 3 packets missed'
    )
  })

  it('does not wait for those that were killed next', () => {
    const { story, stats } = told({ Ada: 'oooo', Bo: 'AAAA', Cleo: 'AAAA', Dara: 'oooo' })
    story.killed(named(story, 'Ada'), 10_000)
    story.killed(named(story, 'Bo'), 10_000)
    stats('Cleo', 'DDDD', {}, 11_000)
    expect(story.kills[0]!.waiting.size).to.equal(0)
  })

  it('takes who has heard the end for recovered', () => {
    const { story } = told({ Ada: 'oooo', Bo: 'AAAA' })
    story.killed(named(story, 'Ada'), 10_000)
    const end = { event: 'ended', frames: 500, gaps: 0, complete: true }
    story.listenerTold(named(story, 'Bo'), end, 10_400)
    expect(story.kills[0]).to.include({ recoveryMs: 400, missed: 0 })
  })

  it('is content only when everybody heard everything to the end', () => {
    const { story } = told({ Ada: 'oooo', Bo: 'AAAA' })
    const [ada, bo] = [named(story, 'Ada'), named(story, 'Bo')]
    const end = { event: 'ended', frames: 500, gaps: 0, complete: true }
    story.listenerTold(ada, end, 20_000)
    expect(story.heardEverything).to.equal(false)
    story.listenerTold(bo, { ...end, gaps: 1 }, 20_000)
    expect(story.heardEverything, 'one missed a packet').to.equal(false)
    story.killed(bo, 20_000)
    expect(story.heardEverything, 'the dead are not asked').to.equal(true)
    const late = story.add({ isExtra: true })
    story.listenerGone(late, { stopped: true, reason: '' }, 20_000)
    expect(story.heardEverything, 'one came too late for anything').to.equal(true)
    const failed = story.add({ isExtra: true })
    story.listenerGone(failed, { stopped: false, reason: 'no such thing' }, 20_000)
    expect(story.heardEverything, 'one failed').to.equal(false)
    const text = summary(story, 20_000)
    expect(text.at(-1)).to.include(failed.name)
    expect(text.join('\n')).to.match(/^ {2}Dara .* failed: no such thing$/m)
  })

  it('takes a page that plays for one more listener, whom nobody kills and who may go', () => {
    const { story } = told({ Ada: 'oooo', Bo: 'AAAo' })
    const page = story.addPage()
    const stats = {
      id: 'id-p',
      depth: 2,
      received: 10,
      frames: 50,
      packets: 0,
      sent: 0,
      bufferMs: 0,
      backfilled: 0
    }
    const traffic = { gaps: 0, bytesIn: 9_000, bytesOut: 0 }
    story.pageTold(page, { ...stats, ...traffic, feeds: ['id-A', 'id-A', 'id-B', 'id-B'] }, 3_000)
    expect(page).to.include({ name: 'page 1', state: 'listening' })
    expect(story.childrenOf(named(story, 'Ada')).map(({ name }) => name)).to.deep.equal(['Bo', 'page 1'])
    expect(draw(story).join('\n')).to.match(/● page 1 +AABB/)
    story.listenerTold(
      named(story, 'Bo'),
      { event: 'stats', ...stats, ...traffic, id: 'id-B', feeds: ['id-p'] },
      3_000
    )
    expect(draw(story).join('\n')).to.match(/● Bo +1 /)
    story.killed(named(story, 'Bo'), 3_500)
    expect(story.busiest?.name).to.equal('Ada')

    story.pageGone(page, 4_000)
    expect(page.state).to.equal('left')
    expect(draw(story).join('\n')).not.to.include('● page 1')
    // It plays again: a peer with another id, and counts of its own.
    story.pageTold(page, { ...stats, ...traffic, id: 'id-q', feeds: ['id-A', 'id-A', 'id-A', 'id-A'] }, 5_000)
    expect(page.state).to.equal('listening')
    expect(story.news.map(({ text }) => text).join('\n')).to.match(
      /Page 1 has joined.*\nKilled Bo.*\nPage 1 has left.*\nPage 1 is back/s
    )
    story.listenerTold(named(story, 'Ada'), { event: 'ended', frames: 500, gaps: 0, complete: true }, 20_000)
    expect(story.heardEverything).to.equal(true)
    expect(summary(story, 20_000).join('\n')).to.include(
      '3 listeners, 1 of them in a browser, 1 of them killed'
    )
  })

  it('says in a line how the show goes', () => {
    const { story } = told({ Ada: 'oooo', Bo: 'AAAA' })
    expect(progressLine(story, 2_000)).to.equal(
      '0:10 / 1:02  2 listeners, 2 steps deep; the origin uploads 2.00 copies; nothing lost'
    )
  })
})

describe('one machine: the picture', () => {
  for (const [width, height] of SIZES) {
    it(`fills ${width}×${height} and no more`, () => {
      const { story } = told(DOZEN)
      for (const colours of [0, 16, 256] as const) {
        const lines = picture(story, { width, height, colours, now: 2_000 })
        expect(lines.length).to.be.at.most(height)
        if (height >= 16) expect(lines.length).to.equal(height)
        for (const line of lines) expect(Array.from(line.replace(STYLES, '')).length, line).to.be.below(width)
      }
    })
  }

  it('has no colour where there is none, and says the same', () => {
    const { story } = told(DOZEN)
    const size = { width: 80, height: 24, now: 2_000 }
    const plain = picture(story, { ...size, colours: 0 })
    expect(plain.join('')).not.to.include('\u001b')
    for (const colours of [16, 256] as const) {
      const coloured = picture(story, { ...size, colours })
      expect(coloured.join('')).to.match(STYLES)
      expect(coloured.map((line) => line.replace(STYLES, '').trimEnd())).to.deep.equal(plain)
    }
  })

  it('shows the whole tree of a dozen in 80×24, with the keys and the last news', () => {
    const { story } = told(DOZEN)
    story.tell(2_000, 'Something happened.')
    const lines = draw(story)
    for (const name of Object.keys(DOZEN)) expect(lines.join('\n')).to.include(`● ${name} `)
    expect(lines.at(-3)).to.include('Something happened.')
    expect(lines.at(-1)).to.match(
      /k kill the busiest relay \(\w+, feeds \d\)\s+a add a listener\s+q end the show/
    )
  })

  it('draws each under the one that feeds most of it, and marks where each stripe comes from', () => {
    const { story } = told({ Ada: 'oooo', Bo: 'oooo', Cleo: 'AAAB', Dara: 'CABB', Eli: 'CCCA' })
    expect(tree(story)).to.deep.equal([
      'origin',
      '├─ ● Ada  oooo',
      '│  └─ ● Cleo  AAAB',
      '│     └─ ● Eli  CCCA',
      '└─ ● Bo  oooo',
      '   └─ ● Dara  CABB'
    ])
  })

  it('draws two that feed each other one below the other', () => {
    const { story } = told({ Ada: 'oooB', Bo: 'AAAo', Cleo: 'DDDo', Dara: 'CCCA' })
    expect(tree(story)).to.deep.equal([
      'origin',
      '└─ ● Ada  oooB',
      '   ├─ ● Bo  AAAo',
      '   └─ ● Dara  CCCA',
      '      └─ ● Cleo  DDDo'
    ])
  })

  it('draws everybody who feeds each other in a ring, though nothing comes from the origin', () => {
    const { story } = told({ Ada: 'CCCC', Bo: 'AAAA', Cleo: 'BBBB' })
    for (const name of ['Ada', 'Bo', 'Cleo']) expect(draw(story).join('\n')).to.include(`● ${name} `)
  })

  it('shows the killed for a while, and who looks for a parent', () => {
    const { story, stats } = told({ Ada: 'oooo', Bo: 'AAAA', Cleo: 'oooo' })
    story.killed(named(story, 'Ada'), 3_000)
    expect(draw(story, 3_100).join('\n')).to.match(/├─ ✗ Ada {2}killed\n.*└─ ● Bo +\?{4} /)
    stats('Bo', '····', {}, 4_000)
    expect(draw(story, 4_000).join('\n')).to.match(/\n ● Bo +····/)
    stats('Bo', 'CCCC', {}, 5_000)
    expect(draw(story, 60_000).join('\n')).not.to.include('✗')
    expect(draw(story, 60_000).join('\n')).to.match(/└─ ● Cleo.*\n {4}└─ ● Bo +CCCC/)
  })

  it('shows a newcomer before it has told anything', () => {
    const { story } = told({ Ada: 'oooo' })
    story.add({ isExtra: true })
    expect(draw(story).join('\n')).to.include('○ Bo  is starting')
  })

  it('says how many more there are where they do not fit', () => {
    const { story } = told(DOZEN)
    const lines = draw(story, 2_000, [80, 16])
    expect(lines.join('\n')).to.match(/… and 9 more/)
    expect(lines.at(-1)).to.include('q end the show')
  })

  it('says where the page is, and takes no line from the tree for it', () => {
    const { story } = told(DOZEN)
    const without = draw(story)
    story.address = 'http://127.0.0.1:8080/'
    const lines = draw(story)
    expect(lines[2]).to.match(/browser: http:\/\/127\.0\.0\.1:8080\/$/)
    expect(lines.toSpliced(2, 1)).to.deep.equal(without.toSpliced(2, 1))
  })

  it('is drawn before anything is known', () => {
    const lines = draw(new Story({ durationMs: 62_000, speed: 1 }))
    expect(lines[0]).to.match(/treecast +about to begin {2}0:00 \/ 1:02/)
  })
})

const DOZEN = {
  Ada: 'oooo',
  Bo: 'oooo',
  Cleo: 'AAAA',
  Dara: 'BBBB',
  Eli: 'AACB',
  Fay: 'BBDA',
  Gus: 'CCCC',
  Hana: 'DDDD',
  Ivo: 'GGGG',
  Juno: 'HHHH',
  Kai: 'IIJJ',
  Lea: 'KKKK'
}

interface Told {
  readonly story: Story
  /** A listener tells its statistics. */
  readonly stats: (name: string, feeds: string, more: object, now: number) => void
}

/** A story in which each listener has told who feeds its stripes: letters, as in the picture. */
function told(feeds: Readonly<Record<string, string>>): Told {
  const story = new Story({ durationMs: 61_981, speed: 1 })
  const stats = (name: string, from: string, more: object, now: number): void => {
    const depth = 1 + Math.max(0, ...Array.from(from, (letter) => levels.get(letter) ?? 0))
    levels.set(name.slice(0, 1), depth)
    const counts = {
      received: 110,
      gaps: 0,
      backfilled: 0,
      bytesIn: 65_000,
      bytesOut: 98_000,
      bufferMs: 0,
      frames: 500
    }
    const event = {
      event: 'stats',
      id: `id-${name.slice(0, 1)}`,
      feeds: Array.from(from, idOf),
      depth,
      ...counts,
      ...more
    }
    story.listenerTold(named(story, name), event, now)
  }
  const levels = new Map<string, number>()
  story.originTold(
    { event: 'stats', id: 'id-o', packets: 100, sent: 200, frames: 500, bytesOut: 124_000 },
    2_000
  )
  for (const [name, from] of Object.entries(feeds)) {
    const listener = story.add({ isExtra: false })
    expect(listener.name).to.equal(name)
    story.listenerTold(listener, { event: 'playing', startupMs: 400 }, 1_000)
    stats(name, from, {}, 2_000)
  }
  return { story, stats }
}

function idOf(letter: string): string | null {
  return letter === '·' ? null : `id-${letter}`
}

function named(story: Story, name: string): Listener {
  return story.listeners.find((listener) => listener.name === name)!
}

function draw(story: Story, now = 2_000, [width, height] = [80, 24]): string[] {
  return picture(story, { width, height, colours: 0, now })
}

/** The tree alone: names and the stripes' marks. */
function tree(story: Story): string[] {
  const lines = draw(story).slice(6)
  return lines
    .slice(0, lines.indexOf(''))
    .map((line) => /^ (.*?●? ?\w+)(?: {2,}([\w·?]{4}) .*|$| {2,}\d.*)/.exec(line))
    .map((match) => (match?.[2] === undefined ? (match?.[1] ?? '') : `${match[1]}  ${match[2]}`))
}
