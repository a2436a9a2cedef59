import { expect } from 'chai'
import fc from 'fast-check'
import { fromString } from 'uint8arrays/from-string'
import { toString } from 'uint8arrays/to-string'
import * as slim from '../../bundle/uint8arrays/text.js'

describe('the slim uint8arrays of browser bundles', () => {
  it('writes and reads base 32 as the package does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = toString(bytes, 'base32')
        expect(slim.toString(bytes, 'base32')).to.equal(text)
        expect(slim.fromString(text, 'base32')).to.deep.equal(bytes)
      })
    )
  })

  it('refuses the same texts', () => {
    const outcome = (read: () => Uint8Array): string => {
      try {
        return String(read())
      } catch {
        return 'refused'
      }
    }
    const character = fc.constantFrom('a', 'b', 'y', 'z', '2', '7', '0', '1', '-', 'é', ' ')
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
        expect(outcome(() => slim.fromString(text, 'base32'))).to.equal(
          outcome(() => fromString(text, 'base32'))
        )
      }),
      { numRuns: 1_000 }
    )
  })

  it('writes and reads UTF-8 as the package does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = fromString(text)
        expect(slim.fromString(text)).to.deep.equal(bytes)
        expect(slim.toString(bytes)).to.equal(toString(bytes))
      })
    )
  })
})
