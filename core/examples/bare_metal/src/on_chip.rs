//! What only a chip needs: a heap, and something to do when all is lost.

use core::mem::MaybeUninit;
use core::panic::PanicInfo;
use core::ptr::addr_of_mut;

use embedded_alloc::LlffHeap;

/// Some hundred bytes a member, and the messages that are on their way.
const HEAP_BYTES: usize = 96 * 1024;

#[global_allocator]
static HEAP: LlffHeap = LlffHeap::empty();

static mut MEMORY: [MaybeUninit<u8>; HEAP_BYTES] = [MaybeUninit::uninit(); HEAP_BYTES];

/// Brings up the heap: once, before anything else.
///
/// # Safety
/// To be called once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn quorate_heap_init() {
    // SAFETY: nobody else names this memory, and it is given away once, as the caller promises.
    unsafe { HEAP.init(addr_of_mut!(MEMORY) as usize, HEAP_BYTES) }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        cortex_m::asm::udf();
    }
}
