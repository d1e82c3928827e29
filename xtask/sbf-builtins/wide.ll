; The names and shapes under which LLVM calls 128-bit arithmetic: values in registers, the result too.
; Each stores its operands, calls the Rust function that takes pointers, and loads the result; inlining removes
; the detour through memory. Signed division works on absolute values and gives the sign back afterwards.

target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"

declare void @modchains_wide_multiply(ptr, ptr, ptr)
declare void @modchains_wide_divide(ptr, ptr, ptr)
declare void @modchains_wide_remainder(ptr, ptr, ptr)

define i128 @__multi3(i128 %left, i128 %right) {
  %result = alloca i128, align 16
  %a = alloca i128, align 16
  %b = alloca i128, align 16
  store i128 %left, ptr %a, align 16
  store i128 %right, ptr %b, align 16
  call void @modchains_wide_multiply(ptr %result, ptr %a, ptr %b)
  %value = load i128, ptr %result, align 16
  ret i128 %value
}

define i128 @__udivti3(i128 %number, i128 %divisor) {
  %result = alloca i128, align 16
  %a = alloca i128, align 16
  %b = alloca i128, align 16
  store i128 %number, ptr %a, align 16
  store i128 %divisor, ptr %b, align 16
  call void @modchains_wide_divide(ptr %result, ptr %a, ptr %b)
  %value = load i128, ptr %result, align 16
  ret i128 %value
}

define i128 @__umodti3(i128 %number, i128 %divisor) {
  %result = alloca i128, align 16
  %a = alloca i128, align 16
  %b = alloca i128, align 16
  store i128 %number, ptr %a, align 16
  store i128 %divisor, ptr %b, align 16
  call void @modchains_wide_remainder(ptr %result, ptr %a, ptr %b)
  %value = load i128, ptr %result, align 16
  ret i128 %value
}

define i128 @__divti3(i128 %number, i128 %divisor) {
  %number_sign = ashr i128 %number, 127
  %number_flipped = xor i128 %number, %number_sign
  %number_positive = sub i128 %number_flipped, %number_sign
  %divisor_sign = ashr i128 %divisor, 127
  %divisor_flipped = xor i128 %divisor, %divisor_sign
  %divisor_positive = sub i128 %divisor_flipped, %divisor_sign
  %quotient = call i128 @__udivti3(i128 %number_positive, i128 %divisor_positive)
  %sign = xor i128 %number_sign, %divisor_sign
  %flipped = xor i128 %quotient, %sign
  %signed = sub i128 %flipped, %sign
  ret i128 %signed
}

define i128 @__modti3(i128 %number, i128 %divisor) {
  %number_sign = ashr i128 %number, 127
  %number_flipped = xor i128 %number, %number_sign
  %number_positive = sub i128 %number_flipped, %number_sign
  %divisor_sign = ashr i128 %divisor, 127
  %divisor_flipped = xor i128 %divisor, %divisor_sign
  %divisor_positive = sub i128 %divisor_flipped, %divisor_sign
  %remainder = call i128 @__umodti3(i128 %number_positive, i128 %divisor_positive)
  %flipped = xor i128 %remainder, %number_sign
  %signed = sub i128 %flipped, %number_sign
  ret i128 %signed
}
