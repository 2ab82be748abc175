// Package jfif writes small photos as JPEG files with a JFIF header.
//
// The standard library's encoder writes no header for the resolution, and
// trying a quality costs the whole encoding. Here the transform is done once
// ([New]) and any number of qualities are tried on its coefficients
// ([Encoder.Encode]), as the search for a size between two limits needs it. The
// files are baseline, 4:2:0, with the quantisation and Huffman tables of ITU-T
// T.81, annex K: what every reader accepts.
package jfif
