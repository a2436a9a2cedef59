/** A seed means the same in each release of Node.js: the results of every topology are the same to the byte. */

import { expect } from 'chai'
import { fileURLToPath } from 'node:url'
import { nodeRelease, RELEASES } from '../setup/node-releases.js'
import { needsFile, run } from '../setup/tools.js'

const DIGEST = fileURLToPath(new URL('digest.js', import.meta.url))

interface Digests {
  readonly node: string
  readonly digests: Readonly<Record<string, string>>
}

describe(`a seed in Node.js ${RELEASES.join(' and ')}`, () => {
  before(function () {
    for (const major of RELEASES)
      needsFile(this, nodeRelease(major), `Node.js ${major}: node test/setup/node-releases.js`)
  })

  it('gives the same bytes', () => {
    const [first, ...others] = RELEASES.map((major) => JSON.parse(run(nodeRelease(major), DIGEST)) as Digests)
    const majors = [first, ...others].map((digests) => Number(digests?.node.split('.')[0]))
    expect(majors).to.deep.equal(RELEASES)
    expect(Object.keys(first!.digests)).to.have.length.at.least(7)
    for (const other of others) expect(other.digests).to.deep.equal(first!.digests)
  })
})
