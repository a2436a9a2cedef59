// What treecast's path through a media element takes of mediabunny.
export {
  AppendOnlyStreamTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat
} from 'mediabunny'
