//! Drawing a picture anew from a file that anybody may have sent.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::jpeg::JpegEncoder,
    imageops::{self, FilterType},
    metadata::Orientation,
};

/// The sizes in which a picture is kept: pixels wide and high, the smallest first.
pub(crate) const SIZES: [u32; 4] = [64, 128, 256, 512];
/// The largest file that is read. The gateway takes none that are larger.
pub(crate) const MAX_BYTES: usize = 5 * 1024 * 1024;
/// How wide and how high a picture may be.
const MAX_SIDE: u32 = 10_000;
/// How many pixels it may have: what the cameras of phones make by default.
const MAX_PIXELS: u64 = 26_000_000;
/// How much memory reading one may take.
const MAX_MEMORY_BYTES: u64 = 160 * 1024 * 1024;
/// From 1 to 100.
const JPEG_QUALITY: u8 = 85;
/// Behind what can be looked through.
const PAPER: u8 = 255;

/// A picture in one of its sizes, as JPEG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rendition {
    pub(crate) size: u32,
    pub(crate) jpeg: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PictureError {
    #[error("a picture has up to 5 MiB")]
    TooLarge,
    #[error("a picture is a PNG, JPEG, WebP or GIF file")]
    Format,
    #[error("a picture has up to {MAX_PIXELS} pixels, and {MAX_SIDE} in each direction")]
    TooManyPixels,
    #[error("the file is broken: it can't be read to its end")]
    Broken,
}

/// Draws the middle of a picture in all sizes. What the file calls itself doesn't count, only what is in it; of one that
/// moves, the first frame does.
pub(crate) fn draw(file: &[u8]) -> Result<Vec<Rendition>, PictureError> {
    if file.len() > MAX_BYTES {
        return Err(PictureError::TooLarge);
    }
    let (square, orientation) = read_square(file)?;
    let largest = SIZES[SIZES.len() - 1];
    let mut square = square.resize_exact(largest, largest, FilterType::Lanczos3);
    square.apply_orientation(orientation);
    let square = on_paper(&square);
    SIZES.into_iter().map(|size| rendition(&square, size)).collect()
}

/// The square in the middle of a picture, and how it has to be turned.
fn read_square(file: &[u8]) -> Result<(DynamicImage, Orientation), PictureError> {
    let mut reader =
        ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| PictureError::Broken)?;
    let is_known = |format| {
        matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif)
    };
    if !reader.format().is_some_and(is_known) {
        return Err(PictureError::Format);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| reason(&error))?;
    // What the file claims is looked at before memory is taken for it.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooManyPixels);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let whole = DynamicImage::from_decoder(decoder).map_err(|error| reason(&error))?;
    let side = width.min(height);
    if side == 0 {
        return Err(PictureError::Broken);
    }
    // Cut before it is drawn larger or smaller: a line of one pixel would become a wall.
    Ok((whole.crop_imm((width - side) / 2, (height - side) / 2, side, side), orientation))
}

fn reason(error: &ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooManyPixels,
        _ => PictureError::Broken,
    }
}

/// JPEG has no transparency: what is behind it shows.
fn on_paper(picture: &DynamicImage) -> RgbImage {
    let picture = picture.to_rgba8();
    let blend = |colour: u8, alpha: u8| {
        let mixed = u16::from(colour) * u16::from(alpha) + u16::from(PAPER) * u16::from(255 - alpha);
        u8::try_from(mixed / 255).unwrap_or(PAPER)
    };
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        image::Rgb([red, green, blue].map(|colour| blend(colour, alpha)))
    })
}

fn rendition(square: &RgbImage, size: u32) -> Result<Rendition, PictureError> {
    let drawn = imageops::resize(square, size, size, FilterType::Lanczos3);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY)
        .encode_image(&drawn)
        .map_err(|_| PictureError::Broken)?;
    Ok(Rendition { size, jpeg })
}

#[cfg(test)]
mod tests {
    use image::{Rgba, RgbaImage};
    use proptest::prelude::*;

    use super::*;

    fn encoded(picture: &RgbaImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let picture = DynamicImage::ImageRgba8(picture.clone());
        let picture = if format == ImageFormat::Jpeg { picture.to_rgb8().into() } else { picture };
        picture.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    fn plain(width: u32, height: u32) -> RgbaImage {
        RgbaImage::from_pixel(width, height, Rgba([200, 30, 60, 255]))
    }

    fn decoded(rendition: &Rendition) -> RgbImage {
        assert_eq!(image::guess_format(&rendition.jpeg).unwrap(), ImageFormat::Jpeg);
        image::load_from_memory(&rendition.jpeg).unwrap().to_rgb8()
    }

    fn is_about(pixel: image::Rgb<u8>, wanted: [u8; 3]) -> bool {
        pixel.0.iter().zip(wanted).all(|(one, other)| one.abs_diff(other) < 12)
    }

    #[test]
    fn a_picture_of_any_known_kind_is_drawn_as_squares_of_each_size() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
            let drawn = draw(&encoded(&plain(90, 40), format)).unwrap();
            for (rendition, size) in drawn.iter().zip(SIZES) {
                let picture = decoded(rendition);
                assert_eq!((rendition.size, picture.dimensions()), (size, (size, size)), "{format:?}");
                assert!(is_about(*picture.get_pixel(size / 2, size / 2), [200, 30, 60]), "{format:?}");
            }
            assert_eq!(drawn.len(), SIZES.len());
        }
    }

    #[test]
    fn the_middle_is_kept_and_paper_shows_through() {
        let picture = RgbaImage::from_fn(300, 100, |x, _| {
            if (100..200).contains(&x) { Rgba([0, 0, 255, 0]) } else { Rgba([0, 255, 0, 255]) }
        });
        let drawn = decoded(&draw(&encoded(&picture, ImageFormat::Png)).unwrap()[1]);
        assert!(is_about(*drawn.get_pixel(64, 64), [255, 255, 255]));
        assert!(is_about(*drawn.get_pixel(20, 20), [255, 255, 255]));
    }

    #[test]
    fn a_thin_line_costs_no_more_than_a_picture() {
        let drawn = draw(&encoded(&plain(1, 9_000), ImageFormat::Png)).unwrap();
        assert_eq!(decoded(&drawn[3]).dimensions(), (512, 512));
    }

    /// A PNG whose header claims these dimensions, with nothing behind it.
    fn claiming(width: u32, height: u32) -> Vec<u8> {
        let mut file = encoded(&plain(1, 1), ImageFormat::Png);
        file[16..20].copy_from_slice(&width.to_be_bytes());
        file[20..24].copy_from_slice(&height.to_be_bytes());
        let mut crc = !0_u32;
        for byte in &file[12..29] {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
            }
        }
        file[29..33].copy_from_slice(&(!crc).to_be_bytes());
        file
    }

    #[test]
    fn a_bomb_is_refused_by_what_it_claims_before_it_is_read() {
        for (width, height) in [(9_999, 9_999), (100_000, 100_000), (1, 20_000), (u32::MAX >> 1, 1)] {
            let refused = draw(&claiming(width, height)).unwrap_err();
            assert_eq!(refused, PictureError::TooManyPixels, "{width}×{height}");
        }
    }

    #[test]
    fn what_is_no_picture_is_refused_whatever_it_calls_itself() {
        let whole = encoded(&plain(50, 50), ImageFormat::Jpeg);
        assert_eq!(draw(&whole[..whole.len() / 4]), Err(PictureError::Broken));
        assert_eq!(draw(&claiming(5_000, 5_000)), Err(PictureError::Broken), "more is claimed than is there");
        for wrong in [
            &b""[..],
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<html><script>1</script>",
            b"%PDF-1.7",
            b"BM\x46\x00\x00\x00",
            b"MZ",
        ] {
            assert_eq!(draw(wrong), Err(PictureError::Format));
        }
        assert_eq!(draw(b"\x89PNG\r\n\x1a\n"), Err(PictureError::Broken));
        assert_eq!(draw(&vec![0; MAX_BYTES + 1]), Err(PictureError::TooLarge));
    }

    /// A JPEG with an EXIF block that says how it has to be turned, and a word that tells where it was taken.
    fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        tiff.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
        tiff.extend(b"taken at home");
        let length = u16::try_from(tiff.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xFF, 0xE1], &length, &tiff, &jpeg[2..]].concat()
    }

    #[test]
    fn a_picture_is_turned_as_its_camera_was_and_nothing_else_of_it_is_told() {
        let upper_half = RgbaImage::from_fn(64, 64, |_, y| {
            if y < 32 { Rgba([0, 0, 0, 255]) } else { Rgba([255, 255, 255, 255]) }
        });
        let file = with_exif(&encoded(&upper_half, ImageFormat::Jpeg), 3);
        let drawn = draw(&file).unwrap();
        assert!(is_about(*decoded(&drawn[0]).get_pixel(32, 50), [0, 0, 0]), "upside down");
        for rendition in drawn {
            assert!(!rendition.jpeg.windows(4).any(|bytes| bytes == b"Exif" || bytes == b"home"));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_file_that_is_broken_anywhere_is_drawn_or_refused(
            kind in 0..4_usize, at in 0..400_usize, byte in any::<u8>(), cut in 0..400_usize,
        ) {
            let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];
            let mut file = encoded(&plain(16, 16), formats[kind]);
            let at = at % file.len();
            file[at] = byte;
            file.truncate(file.len().saturating_sub(cut % 40));
            let _ = draw(&file);
        }
    }
}
