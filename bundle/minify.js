/**
 * Terser within the build's own process: a worker for each bundle, as the plugin for rollup has them, is cold for each and
 * takes several times as long.
 */
import { minify as terser } from 'terser'

/**
 * @param {import('terser').MinifyOptions} options
 * @returns {import('rollup').Plugin}
 */
const minifier = (options) => ({
  name: 'minify',
  async renderChunk(code, _, output) {
    const sourceMap = output.sourcemap !== false
    const { code: short = '', map } = await terser(code, { ...options, ecma: 2020, module: true, sourceMap })
    return { code: short, map: typeof map === 'string' ? map : null }
  }
})

/** Private names of the protocol's machines, which live in one bundle alone and which nobody else reads. */
const PRIVATE =
  /^(?:askAgain|askDealt|askedAt|backfill|beginEnding|bestOffsetMs|canBeDialled|candidatesFor|certificateChecked|closeIdle|countOut|cutOffOrphans|cutOffUntil|dealOrphans|dialling|discovery|dropSilent|dropSpare|earliestDeadline|endIsKnown|endKnownAt|endToldAt|endingSince|epochMs|excuseSilence|expireRequests|filledAt|firstAt|firstHole|firstOfStripe|forgetOne|forgetPast|framesTaken|freeSlotsFor|fromNeighbour|fromPeer|fromTracker|gatherUntil|givenUp|greeted|hasChanged|hasStalled|hasTended|heardAt|heldUpAt|highMedia|idleSince|introductions|isGoodSpare|isRooted|isRoutine|isSpareMaterial|keepAlive|keepSpares|keptAliveAt|lacking|leaseAt|leaseMs|leaveCutOff|linksLacking|linksNeeded|makeMetadata|maybeFinishEnding|messageOfUnsigned|metadataDue|metadataShown|misbehaved|moveStalled|newestFromParent|newestOfStripe|nextCheck|nextCutOff|nextForgiven|nextIdleEnd|nextSequence|notThePublisher|observe|obstacle|offsetMs|optionsNow|orphanedAt|packetCame|packetize|packetizer|passedAt|pathsChanged|patienceMs|pendingSamples|perSecond|placeOf|playedTo|postpone|presence|raiseFloor|receiversOf|refuseEpoch|refuseUncertified|refusedUntil|remember|repairSources|repeatEnd|routineDeadline|serveWaiting|setCutOff|showHasPassed|showMetadata|signalling|slotsPerStripe|solidTo|stalledStripes|stalledUntil|subscribed|tendedAt|uploader|usedByStripe|vacancy|watchAt|withStripe)$/

export const minify = minifier({
  mangle: { properties: { regex: PRIVATE } },
  // simple-peer's log: the calls go, and their texts with them.
  compress: {
    passes: 3,
    keep_fargs: false,
    hoist_props: true,
    unsafe_methods: true,
    unsafe_arrows: true,
    pure_funcs: ['this._debug']
  }
})

/** For what has been minified before, and put together since. */
export const minifyNames = minifier({ compress: false })
